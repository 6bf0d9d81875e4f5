"""What libvirt's parser and formatter make of domains under their own type, without any driver.

JSON lines {"id":, "xml":} in, {"id":, "state":, "text":} out. The library exports its functions to its own drivers; of what a driver
tells the parser of itself (struct _virDomainDefParserConfig) only the features are given here, as the drivers of libvirt 12.8.0 give them.
"""
import ctypes
import functools
import json
import re
import sys
from ctypes import POINTER, c_char_p, c_int, c_uint, c_void_p

# Bits of virDomainDefFeatures: 0 wide SCSI, 1 plugs memory in, 2 pins of CPUs that are off, 3 names with a slash, 4 single CPUs,
# 5 aliases of users, 6 boots nothing by itself, 7 chooses firmware, 8 any model of a network card, 9 descriptors for disks.
FEATURES = {"xen": 0x1A0, "bhyve": 0x80, "vmware": 0xC9, "hyperv": 0x2, "vbox": 0x8, "openvz": 0x8}
DEVICE_CALLBACK, FEATURES_AT = 24, 80
INACTIVE, WRITTEN = 1 << 1, 3
MADE_UP = re.compile(r"(?:[0-9a-f]{2}:){5}[0-9a-f]{2}|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
TYPE = re.compile(r"<domain\b[^>]*?\stype=['\"]([^'\"]*)")


class Device(ctypes.Structure):
    _fields_ = [("type", c_int), ("video", POINTER(c_uint))]


library = ctypes.CDLL("libvirt.so.0")
for name, result, arguments in (
    ("virDomainXMLOptionNew", c_void_p, [c_void_p] * 6),
    ("virDomainDefParseString", c_void_p, [c_char_p, c_void_p, c_void_p, c_uint]),
    ("virDomainDefFormat", c_void_p, [c_void_p, c_void_p, c_uint]),
    ("virDomainDefFree", None, [c_void_p]),
    ("virDomainDeviceTypeToString", c_char_p, [c_int]),
    ("virGetLastErrorMessage", c_char_p, []),
    ("virSetErrorFunc", None, [c_void_p, c_void_p]),
):
    function = getattr(library, name)
    function.restype, function.argtypes = result, arguments
quiet = ctypes.CFUNCTYPE(None, c_void_p, c_void_p)(lambda *_: None)
undecided = False


@ctypes.CFUNCTYPE(c_int, POINTER(Device), c_void_p, c_uint, c_void_p, c_void_p)
def device_read(device, *_):
    """A video card without a model gets one of its driver's choice: which, no answer says."""
    global undecided
    model = device[0].video
    if library.virDomainDeviceTypeToString(device[0].type) == b"video" and model[2] == 0:
        model[2], undecided = 1, True
    return 0


@functools.cache
def option(type_):
    config = ctypes.create_string_buffer(256)
    ctypes.c_void_p.from_buffer(config, DEVICE_CALLBACK).value = ctypes.cast(device_read, c_void_p).value
    ctypes.c_uint.from_buffer(config, FEATURES_AT).value = FEATURES.get(type_, 0)
    return library.virDomainXMLOptionNew(config, None, None, None, None, None)


def form(xml, xmlopt):
    definition = library.virDomainDefParseString(xml.encode(), xmlopt, None, INACTIVE)
    text = definition and library.virDomainDefFormat(definition, xmlopt, WRITTEN)
    if definition:
        library.virDomainDefFree(definition)
    return text and ctypes.string_at(text).decode()


def answer(xml):
    global undecided
    undecided, found = False, TYPE.search(xml)
    xmlopt = option(found.group(1) if found else "")
    text, again = form(xml, xmlopt), form(xml, xmlopt)
    if not text:
        return "refused", library.virGetLastErrorMessage().decode(errors="replace")
    known = iter(MADE_UP.findall(again))
    return "undecided" if undecided else "ok", MADE_UP.sub(lambda m: m.group() if m.group() == next(known) else "(made up)", text)


library.virInitialize()
library.virSetErrorFunc(None, quiet)
for line in sys.stdin:
    question = json.loads(line)
    state, text = answer(question["xml"])
    print(json.dumps({"id": question["id"], "state": state, "text": text}), flush=True)
