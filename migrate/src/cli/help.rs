//! What `--help` of each command says at its end: examples, and the exit status.

pub(super) const STATUS: &str = "\
Exit status:
  0  nothing was found that fails, or everything that was found was rewritten
  1  something was found: by check, validate, diff, drift, --check, --dry-run or --diff, what
     upgrade cannot mend, or what set brings up; or get found nothing
  2  a file could not be done (it cannot be read, was left, or cannot be judged), or the call was
     wrong; the other files are done all the same";

pub(super) const UPGRADE: &str = "\
Examples:
  dommigrate upgrade --diff vms/           show what would change
  dommigrate upgrade --backup vms/         rewrite, and keep the former files as *.bak
  virsh dumpxml web | dommigrate upgrade   rewrite standard input to standard output
  dommigrate upgrade --target 8.0.0 vms/   for libvirt 8.0.0 and newer
  dommigrate upgrade --profile libvirt web.xml
                                           what virsh dumpxml --inactive would print

Exit status: 0 everything was rewritten; 1 something stays that fails check, or --check, --dry-run
or --diff found something; 2 a file was left.";

pub(super) const CHECK: &str = "\
Examples:
  dommigrate check vms/                              legacy forms and what is invalid
  dommigrate check --strict vms/                     everything that upgrade would rewrite
  dommigrate check --output-format sarif vms/ > findings.sarif
  dommigrate check --ignore xml-syntax templates/    pass over what is no XML

Exit status: 0 nothing found that fails; 1 something found; 2 a file cannot be read.

error     libvirt refuses it, or it cannot be read           fails
invalid   the schema refuses it; libvirt reads past it       fails
legacy    a form that libvirt no longer writes               fails
copy      a form that libvirt still writes beside another    fails with --strict
default   a left-out value that libvirt spells out           fails with --strict
note      nothing to rewrite";

pub(super) const FMT: &str = "\
Examples:
  dommigrate fmt vms/                  lay out, in place
  dommigrate fmt --check vms/          exit with 1 if a file would change
  dommigrate fmt --layout keep vms/    indent lines alone, in each file's own steps

Exit status: 0 all are laid out; 1 --check, --dry-run or --diff found something; 2 a file was left.";

pub(super) const VALIDATE: &str = "\
Examples:
  dommigrate validate vms/
  dommigrate validate --target 9.0.0 web.xml    and what libvirt 9.0.0 does not know yet
  dommigrate validate --schema pool.rng pool.xml

Exit status: 0 all are valid; 1 one is not; 2 a file cannot be read.";

pub(super) const INFO: &str = "\
Examples:
  dommigrate info web.xml        the oldest libvirt that can read it, and what needs it
  dommigrate info -q vms/        one line for each file

Exit status: 0 done; 2 a file cannot be read.";

pub(super) const DIFF: &str = "\
Examples:
  dommigrate diff old.xml new.xml
  virsh dumpxml web | dommigrate diff web.xml -
  dommigrate diff backup/ /etc/libvirt/qemu/    files of the same names

Exit status: 0 the same; 1 different; 2 they cannot be judged.";

pub(super) const DRIFT: &str = "\
Examples:
  virsh dumpxml --inactive web | dommigrate drift web.xml -
  dommigrate drift definitions/ dumps/     by relative path, then by the name of the domain
  virsh dumpxml web | dommigrate drift definitions/ -
  dommigrate drift -v web.xml got.xml      and what libvirt filled in, with the reason
  dommigrate drift --host capabilities.xml web.xml got.xml

Exit status: 0 it is what libvirt made of it; 1 something is missing, changed or added; 2 it
cannot be judged.";

pub(super) const CONVERT: &str = "\
Examples:
  dommigrate convert --to yaml web.xml > web.yaml
  dommigrate convert --to xml web.yaml | virsh define /dev/stdin
  virsh dumpxml web | dommigrate convert --to json | jq '.devices.disk[].source.file'

Exit status: 0 it is converted; 2 it cannot be read.

The data has the shape of the XML: attributes and children by name, lists where there may be
several, the text of an element with attributes as $text. Nothing is lost but comments and layout;
what the format does not know is kept in keys with an @ and in $unknown. `dommigrate schema domain`
prints the JSON Schema.";

pub(super) const GET: &str = "\
Examples:
  dommigrate get web.xml memory                          a text
  dommigrate get web.xml 'devices/disk[2]/target/@dev'   an attribute
  dommigrate get web.xml devices/interface               all that is in an element, as PATH=VALUE
  virsh dumpxml web | dommigrate get - uuid
  dommigrate get web.xml                                 all that the file says

Exit status: 0 it is there; 1 nothing stands there; 2 the path leads nowhere, or the file cannot be
read.

Paths are those of findings. Where a file holds several domains, as a snapshot does, a path begins
with that of the domain.";

pub(super) const SET: &str = "\
Examples:
  dommigrate set web.xml memory=4 memory/@unit=GiB
  dommigrate set --diff web.xml 'devices/disk[1]/source/@file=/new.qcow2'
  dommigrate set web.xml features/pae=                   an empty element
  dommigrate set web.xml --unset 'devices/interface[2]'  an element goes, with all that is in it
  virsh dumpxml web | dommigrate set - vcpu=4 | virsh define /dev/stdin

Exit status: 0 it is set; 1 it is set and libvirt or the schema refuses what stands there now, or
--check, --dry-run or --diff found something to do; 2 the file was left: a path leads nowhere, or a
value does not go there.

The layout of the file stays: what is not set keeps every byte. What is removed goes first, then
values are set in the order given. Elements on the way that are not there are made, also one behind
the last of several.";

pub(super) const RULES: &str = "\
Examples:
  dommigrate rules                              id, class and what it is about
  dommigrate rules --output-format json | jq -r '.[].id'

Exit status: 0.";

pub(super) const COMPLETIONS: &str = "\
Examples:
  dommigrate completions bash > ~/.local/share/bash-completion/completions/dommigrate
  dommigrate completions fish > ~/.config/fish/completions/dommigrate.fish
  dommigrate completions zsh > ~/.zfunc/_dommigrate    # where fpath has ~/.zfunc

Exit status: 0.";

pub(super) const MAN: &str = "\
Examples:
  dommigrate man | man -l -                     read it
  dommigrate man ~/.local/share/man/man1        a page for each command

Exit status: 0; 2 the pages cannot be written.";

pub(super) const SCHEMA: &str = "\
Examples:
  dommigrate schema json > report.schema.json

Exit status: 0.";

pub(super) const EXPLAIN: &str = "\
Examples:
  dommigrate explain os-nvram-text          a rule
  dommigrate explain unknown-content        what is found without a rule
  dommigrate explain structure              a class, with its rules
  dommigrate explain disk/source            an element of the format, in each of its forms
  dommigrate explain devices/disk/driver/@cache
                                            an attribute, with its values
  dommigrate explain disk/@type=network     a value

Exit status: 0; 2 nothing is called so.";

pub(super) const LSP: &str = "\
Examples, of what an editor starts:
  dommigrate lsp
  dommigrate lsp --target 8.0.0 --ignore default-value

An editor starts this; migrate/docs/editors.md tells how. The options hold for every file, those of
a dommigrate.toml above it where they are not given here.

Exit status: 0 the editor asked to shut down, and left; 1 it left without asking; 2 it broke off, or
what it says is not the protocol.";
