p='ARCHITECTURE.md'
s=open(p).read()
a=s.index("Printed code is thin: per element a struct"); b=s.index("The validator judges by the schema alone.")
s=s[:a]+'''Printed code is thin: per type a definition with its documentation and one table (`rt::table!`, `payload!`, `values!`, `mix!`), a line for each
field, which the macro makes a key (`Disk::DEVICE`), the static facts and the accessors by number of. A field is named in these two places and
nowhere else: reading, writing, walking, merging (`Element::merge`), copying between branches (`whole::carry`) and emptiness
(`Element::says_nothing`) are generic functions of the runtime over the table, and a test fills every field of every type and holds that none
is lost by any of them. Rules ask the table too, where they are about all fields of something. What belongs to an element without being part of the format
(comments, unknown content, its place in the source) hangs in the last field, `xml: Extra`. What the table costs stands in `BENCHMARKS.md`.

'''+s[b:]
open(p,'w').write(s)
p='CHANGELOG.md'
s=open(p).read()
i=s.index("- Every rule runs once:")
s=s[:i]+'''- `domxml`: every field of every type has a typed key (`Disk::DEVICE`) with what the schema says about it; `Element::merge`,
  `Element::says_nothing` and `walk_places`, which tells where an element stands, go by one table of fields.
- Attributes and elements that stand in the second of two blocks that libvirt reads as one are merged whatever they are.
'''+s[i:]
open(p,'w').write(s)
