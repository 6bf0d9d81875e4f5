//! Encodings, commands and layouts: bytes in, bytes out. What no rule touches stays as it was, to the byte, and `xmllint` (where it
//! is installed) reads of the result what it read of the original.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use assert_cmd::Command;

/// How the bytes of a text are made.
enum Spelling {
    /// As ASCII, but for the sample.
    Bytes(&'static [u8]),
    Utf16 {
        big: bool,
        bom: bool,
    },
    Utf8 {
        bom: bool,
    },
    Ucs4,
}

/// An encoding: its name in the declaration (none: no declaration), a sample text and how that is spelt.
struct Case(Option<&'static str>, &'static str, Spelling);

use Spelling::{Bytes, Ucs4, Utf8, Utf16};

#[rustfmt::skip]
const CASES: &[Case] = &[
    Case(None, "müller", Utf8 { bom: false }),
    Case(None, "müller", Utf8 { bom: true }),
    Case(Some("UTF-8"), "müller €", Utf8 { bom: false }),
    Case(Some("utf-8"), "müller €", Utf8 { bom: true }),
    Case(Some("UTF-16"), "müller €😀", Utf16 { big: false, bom: true }),
    Case(Some("UTF-16"), "müller €😀", Utf16 { big: true, bom: true }),
    Case(Some("UTF-16"), "müller", Utf16 { big: false, bom: false }),
    Case(Some("UTF-16LE"), "müller", Utf16 { big: false, bom: false }),
    Case(Some("UTF-16BE"), "müller", Utf16 { big: true, bom: false }),
    Case(None, "müller", Utf16 { big: false, bom: true }),
    Case(None, "müller", Utf16 { big: true, bom: true }),
    Case(Some("UCS-2"), "müller", Utf16 { big: false, bom: true }),
    Case(Some("ISO-10646-UCS-2"), "müller", Utf16 { big: false, bom: false }),
    Case(Some("UCS-4"), "müller", Ucs4),
    Case(Some("US-ASCII"), "mueller", Bytes(b"mueller")),
    Case(Some("ISO-8859-1"), "m\u{fc}ller\u{85}\u{9f}", Bytes(b"m\xfcller\x85\x9f")),
    Case(Some("iso8859-1"), "müller", Bytes(b"m\xfcller")),
    Case(Some("latin1"), "müller", Bytes(b"m\xfcller")),
    Case(Some("ISO-8859-2"), "żółć", Bytes(b"\xbf\xf3\xb3\xe6")),
    Case(Some("ISO-8859-3"), "ĉĝ", Bytes(b"\xe6\xf8")),
    Case(Some("ISO-8859-4"), "āē", Bytes(b"\xe0\xba")),
    Case(Some("ISO-8859-5"), "сервер", Bytes(b"\xe1\xd5\xe0\xd2\xd5\xe0")),
    Case(Some("ISO-8859-6"), "خادم", Bytes(b"\xce\xc7\xcf\xe5")),
    Case(Some("ISO-8859-7"), "ΔΩ€", Bytes(b"\xc4\xd9\xa4")),
    Case(Some("ISO-8859-8"), "שרת", Bytes(b"\xf9\xf8\xfa")),
    Case(Some("ISO-8859-9"), "ığş\u{80}", Bytes(b"\xfd\xf0\xfe\x80")),
    Case(Some("ISO-8859-10"), "ðŋ", Bytes(b"\xf0\xbf")),
    Case(Some("ISO-8859-11"), "กข", Bytes(b"\xa1\xa2")),
    Case(Some("TIS-620"), "กข", Bytes(b"\xa1\xa2")),
    Case(Some("ISO-8859-13"), "ąčę", Bytes(b"\xe0\xe8\xe6")),
    Case(Some("ISO-8859-14"), "ŵŷ", Bytes(b"\xf0\xfe")),
    Case(Some("ISO-8859-15"), "Œ€", Bytes(b"\xbc\xa4")),
    Case(Some("ISO-8859-16"), "șț", Bytes(b"\xba\xfe")),
    Case(Some("windows-1250"), "žš€", Bytes(b"\x9e\x9a\x80")),
    Case(Some("windows-1251"), "сервер", Bytes(b"\xf1\xe5\xf0\xe2\xe5\xf0")),
    Case(Some("windows-1252"), "müller €“", Bytes(b"m\xfcller \x80\x93")),
    Case(Some("CP1252"), "müller", Bytes(b"m\xfcller")),
    Case(Some("windows-1253"), "ΔΩ", Bytes(b"\xc4\xd9")),
    Case(Some("windows-1254"), "ığş€", Bytes(b"\xfd\xf0\xfe\x80")),
    Case(Some("windows-1256"), "خ", Bytes(b"\xce")),
    Case(Some("windows-1257"), "ąč", Bytes(b"\xe0\xe8")),
    Case(Some("KOI8-R"), "сервер", Bytes(b"\xd3\xc5\xd2\xd7\xc5\xd2")),
    Case(Some("KOI8-U"), "єї", Bytes(b"\xa4\xa7")),
    Case(Some("IBM866"), "сервер", Bytes(b"\xe1\xa5\xe0\xa2\xa5\xe0")),
    Case(Some("macintosh"), "müller", Bytes(b"m\x9fller")),
    Case(Some("GB2312"), "测试", Bytes(b"\xb2\xe2\xca\xd4")),
    Case(Some("gb2312"), "测试", Bytes(b"\xb2\xe2\xca\xd4")),
    Case(Some("GBK"), "測試", Bytes(b"\x9cy\xd4\x87")),
    Case(Some("GB18030"), "测试😀", Bytes(b"\xb2\xe2\xca\xd4\x94\x39\xfc\x36")),
    Case(Some("Big5"), "測試", Bytes(b"\xb4\xfa\xb8\xd5")),
    Case(Some("EUC-JP"), "試験カﾅ", Bytes(b"\xbb\xee\xb8\xb3\xa5\xab\x8e\xc5")),
    Case(Some("Shift_JIS"), "試験ソﾅ", Bytes(b"\x8e\x8e\x8c\xb1\x83\\\xc5")),
    Case(Some("windows-31J"), "試験①", Bytes(b"\x8e\x8e\x8c\xb1\x87\x40")),
    // Two spellings of one character: that of the file stays.
    Case(Some("CP932"), "∩", Bytes(b"\x87\x9b")),
    Case(Some("ISO-2022-JP"), "試験", Bytes(b"\x1b$B;n83\x1b(B")),
    Case(Some("EUC-KR"), "시험", Bytes(b"\xbd\xc3\xc7\xe8")),
    Case(Some("UHC"), "똠방", Bytes(b"\x8cc\xb9\xe6")),
];

impl Case {
    fn label(&self) -> String {
        let Case(name, sample, spelling) = self;
        let bom = matches!(spelling, Utf8 { bom: true } | Utf16 { bom: true, .. });
        format!("{} {sample}{}", name.unwrap_or("no declaration"), if bom { " with a mark" } else { "" })
    }

    /// A document in this encoding: `@` stands for the sample.
    fn document(&self, text: &str) -> Vec<u8> {
        let Case(name, sample, spelling) = self;
        let declaration = name.map(|name| format!("<?xml version=\"1.0\" encoding='{name}'?>\n")).unwrap_or_default();
        let text = declaration + text;
        let whole = text.replace('@', sample);
        let mut bytes = Vec::new();
        match spelling {
            Bytes(sample) => {
                for (number, part) in text.split('@').enumerate() {
                    bytes.extend(if number > 0 { *sample } else { b"" });
                    bytes.extend(part.as_bytes());
                }
            }
            Utf8 { bom } => bytes.extend((if *bom { "\u{feff}".to_owned() + &whole } else { whole }).as_bytes()),
            Utf16 { big, bom } => {
                let marked = if *bom { "\u{feff}".to_owned() + &whole } else { whole };
                for unit in marked.encode_utf16() {
                    bytes.extend(if *big { unit.to_be_bytes() } else { unit.to_le_bytes() });
                }
            }
            Ucs4 => whole.chars().for_each(|c| bytes.extend(u32::from(c).to_be_bytes())),
        }
        bytes
    }
}

/// A document that a rule changes at one place, as a user might lay it out.
const FOUND: &str = "<!-- @ -->\n<domain   type=\"kvm\">\n\t<name>@</name>\n\t<title>@ &#160;</title>\n\t<memory>1024</memory>\n<!--@-->\t<os><type>hvm</type></os>\n\t<devices/>\n</domain>\n";
/// With that place changed.
const CHANGED: &str = "<!-- @ -->\n<domain   type=\"kvm\">\n\t<name>@</name>\n\t<title>@ &#160;</title>\n\t<memory unit=\"KiB\">1024</memory>\n<!--@-->\t<os><type>hvm</type></os>\n\t<devices/>\n</domain>\n";

fn dommigrate(arguments: &[&str]) -> Command {
    let mut command = Command::cargo_bin("dommigrate").expect("the command is built with its tests");
    command.args(arguments);
    command
}

/// What xmllint makes of a document: its text in UTF-8.
fn xmllint(document: &[u8]) -> Option<String> {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("a.xml");
    fs::write(&file, document).expect("written");
    let output = std::process::Command::new("xmllint").arg("--c14n").arg(&file).stderr(Stdio::null()).output().ok()?;
    Some(if output.status.success() {
        String::from_utf8(output.stdout).expect("canonical XML is UTF-8")
    } else {
        format!("refused: {}", output.status)
    })
}

/// Runs a command on a directory of documents and gives what then stands in them.
fn rewritten(arguments: &[&str], documents: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let directory = tempfile::tempdir().expect("a directory");
    let file = |number: usize| directory.path().join(format!("{number}.xml"));
    for (number, document) in documents.iter().enumerate() {
        fs::write(file(number), document).expect("written");
    }
    let output = dommigrate(arguments).arg("-q").arg(directory.path()).output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {said}");
    (0..documents.len()).map(|number| fs::read(file(number)).expect("read")).collect()
}

/// The documents of all cases, with these line ends.
fn documents(text: &str, end: &str) -> Vec<Vec<u8>> {
    CASES.iter().map(|case| case.document(&text.replace('\n', end))).collect()
}

#[test]
fn a_kept_layout_keeps_every_byte_that_no_rule_touched() {
    let arguments = ["upgrade", "--layout", "keep"];
    for end in ["\n", "\r\n"] {
        let (found, changed) = (documents(FOUND, end), documents(CHANGED, end));
        let result = rewritten(&arguments, &found);
        for ((case, result), changed) in CASES.iter().zip(&result).zip(&changed) {
            assert_eq!(result, changed, "{}: {}", case.label(), String::from_utf8_lossy(result));
        }
        assert_eq!(rewritten(&arguments, &result), result, "twice");
    }
}

#[test]
fn a_document_printed_anew_keeps_encoding_mark_declaration_and_line_ends() {
    for arguments in [&["fmt"][..], &["upgrade", "--layout", "canonical"], &["upgrade", "--profile", "libvirt"]] {
        let plain: Vec<Vec<u8>> =
            CASES.iter().map(|case| Case(None, case.1, Utf8 { bom: false }).document(FOUND)).collect();
        let plain = rewritten(arguments, &plain);
        for end in ["\n", "\r\n"] {
            let result = rewritten(arguments, &documents(FOUND, end));
            for ((case, result), plain) in CASES.iter().zip(&result).zip(&plain) {
                let text = String::from_utf8_lossy(result);
                // With the sample taken out again it is the document that an ASCII file gives, spelt in the encoding.
                let plain = String::from_utf8(plain.clone()).expect("UTF-8").replace(case.1, "@");
                let expected = case.document(&plain.replace('\n', end));
                let expected = match case.0 {
                    Some("US-ASCII") => String::from_utf8(expected).expect("UTF-8").replace('\u{a0}', "&#160;").into(),
                    _ => expected,
                };
                if *result != expected {
                    // A character beside the sample is spelt by the encoding, or by a reference: that is for xmllint to say.
                    let (Some(read), Some(expected)) =
                        (xmllint(result), xmllint(plain.replace('@', case.1).as_bytes()))
                    else {
                        continue;
                    };
                    assert_eq!(read, expected, "{} {arguments:?}: {text}", case.label());
                }
            }
            assert_eq!(rewritten(arguments, &result), result, "{arguments:?} twice");
        }
    }
}

#[test]
fn standard_input_is_written_as_it_was_read() {
    for case in CASES.iter().step_by(5) {
        let (found, changed) = (case.document(FOUND), case.document(CHANGED));
        let output = dommigrate(&["upgrade", "-q", "--layout", "keep"]).write_stdin(found).output().expect("it runs");
        assert_eq!(output.stdout, changed, "{}", case.label());
    }
}

#[test]
fn xmllint_reads_the_samples_as_the_table_says() {
    for case in CASES {
        let plain = Case(None, case.1, Utf8 { bom: false });
        let (Some(read), Some(expected)) = (xmllint(&case.document(FOUND)), xmllint(&plain.document(FOUND))) else {
            eprintln!("xmllint is not installed: not compared");
            return;
        };
        assert_eq!(read, expected, "{}", case.label());
    }
}

#[test]
fn every_command_reads_the_same() {
    let (found, plain) = (tempfile::tempdir().expect("a directory"), tempfile::tempdir().expect("a directory"));
    for (number, case) in CASES.iter().enumerate() {
        // The samples stand on lines of their own, and all declarations are one line.
        let head = if case.0.is_some() { "<?xml version='1.0'?>\n" } else { "" };
        let text = Case(None, case.1, Utf8 { bom: false }).document(&format!("{head}{FOUND}"));
        fs::write(found.path().join(format!("{number}.xml")), case.document(FOUND)).expect("written");
        fs::write(plain.path().join(format!("{number}.xml")), text).expect("written");
    }
    for command in ["check", "validate", "info"] {
        let run = |directory: &Path| {
            let output = dommigrate(&[command, "."]).current_dir(directory).output().expect("it runs");
            (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
        };
        assert_eq!(run(found.path()), run(plain.path()), "{command}");
    }
    dommigrate(&["diff"]).args([found.path(), plain.path()]).assert().code(0);
}

#[test]
fn what_an_encoding_does_not_have_becomes_a_reference() {
    for (encoding, expected) in [("US-ASCII", "&#233;&#8364;"), ("ISO-8859-1", "\u{e9}&#8364;"), ("Big5", "&#233;")] {
        let text = format!(
            "<?xml version='1.0' encoding='{encoding}'?>\n<domain type='kvm'><name>a</name><title>&#xe9;&#x20ac;</title><memory>1</memory><os><type>hvm</type></os></domain>\n"
        );
        let output = dommigrate(&["fmt"]).write_stdin(text).output().expect("it runs").stdout;
        let said: String = output.iter().map(|byte| char::from(*byte)).collect();
        assert!(said.contains(&format!("<title>{expected}")), "{encoding}: {said}");
    }
}

#[test]
fn a_declaration_that_contradicts_the_bytes_is_an_error_with_its_place() {
    let declared =
        |name: &str| format!("<?xml version='1.0'\n encoding='{name}'?><domain type='kvm'><name>mü</name></domain>");
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let marked = |mark: &[u8], rest: &[u8]| [mark, rest].concat();
    let latin = b"<domain type='kvm'>\n  <name>m\xfc</name></domain>";
    let cases: Vec<(Vec<u8>, &str)> = vec![
        (latin.to_vec(), "2:10: error[xml-syntax]: this is not UTF-8 text"),
        (declared("us-ascii").into_bytes(), "2:49: error[xml-syntax]: this is not US-ASCII text"),
        (
            declared("windows-1252").replace('ü', "\u{81}").into_bytes(),
            "2:54: error[xml-syntax]: this is not windows-1252",
        ),
        (declared("UTF-16").into_bytes(), "2:12: error[xml-syntax]: the declaration says UTF-16"),
        (declared("UTF-16LE").into_bytes(), "2:12: error[xml-syntax]: the declaration says UTF-16LE"),
        (declared("UCS-4").into_bytes(), "2:12: error[xml-syntax]: the declaration says UCS-4"),
        (
            marked(b"\xef\xbb\xbf", declared("ISO-8859-1").as_bytes()),
            "2:12: error[xml-syntax]: the declaration says ISO-8859-1",
        ),
        (
            marked(
                b"\xef\xbb\xbf",
                b"<?xml version='1.0'\n encoding='ISO-8859-1'?><domain><name>m\xfc</name></domain>",
            ),
            "2:12: error[xml-syntax]: the declaration says ISO-8859-1, but the byte order mark says UTF-8",
        ),
        (
            marked(b"\xef\xbb\xbf\xef\xbb\xbf", b"<domain type='kvm'/>"),
            "1:1: error[xml-syntax]: a second byte order mark begins the text: take it out",
        ),
        (marked(b"\xff\xfe", &utf16(&declared("UTF-8"))), "2:12: error[xml-syntax]: the declaration says UTF-8"),
        (marked(b"\xff\xfe", &utf16(&declared("UTF-16BE"))), "2:12: error[xml-syntax]: the declaration says UTF-16BE"),
        (marked(b"\xff\xfe", &utf16("<d/>")[..7]), "1:4: error[xml-syntax]: this is not UTF-16 text"),
        (utf16("<domain/>"), "1:1: error[xml-syntax]: this is UTF-16 without a byte order mark"),
        (declared("klingon").into_bytes(), "2:12: error[xml-syntax]: the encoding 'klingon' is not known"),
        (declared("").into_bytes(), "2:12: error[xml-syntax]: '' cannot be the name of an encoding"),
        (
            b"<?xml version='1.0' encoding='GB2312'?><domain>\x81\x40</domain>".to_vec(),
            "1:48: error[xml-syntax]: this is not GB2312",
        ),
        (
            b"<?xml version='1.0' encoding='Shift_JIS'?><domain>\xff</domain>".to_vec(),
            "1:51: error[xml-syntax]: this is not Shift_JIS",
        ),
    ];
    for (document, expected) in &cases {
        for command in ["check", "validate", "upgrade", "fmt", "info"] {
            let output = dommigrate(&[command]).write_stdin(document.clone()).output().expect("it runs");
            let said =
                format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
            assert_eq!(output.status.code(), Some(2), "{command}: {said}");
            assert!(said.contains(expected), "{command}: {expected} is not in {said}");
        }
    }
}

#[test]
fn every_command_tells_where_a_file_is_no_text() {
    let folder = tempfile::tempdir().expect("a directory");
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).expect("written");
        path.display().to_string()
    };
    let bad = write("bad.xml", b"<domain type='kvm'>\n  <name>m\xfc</name></domain>");
    let good = write("good.xml", b"<domain type='kvm'>\n  <name>m</name></domain>");
    let yaml = write("bad.yaml", b"type: kvm\nname: m\xfc\n");
    let not_text = "this is not UTF-8 text: ";
    let wrong = format!("{bad}:2:10: {not_text}if it is of another encoding");
    for (arguments, expected) in [
        (&["diff", &bad, &good][..], &*wrong),
        (&["drift", &good, &bad], &wrong),
        (&["convert", "--to", "json", &bad], &wrong),
        (&["check", "--host", &bad, &good], &wrong),
        (&["diff", "--output-format", "github", &bad, &good], &format!("file={bad},line=2,col=10,title=xml-syntax")),
        (&["convert", "--to", "xml", &yaml], &format!("{yaml}:2:8: {not_text}convert the file to UTF-8\n")),
    ] {
        let output = dommigrate(arguments).output().expect("it runs");
        let said = String::from_utf8([output.stdout, output.stderr].concat()).expect("UTF-8");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains(expected), "{arguments:?}: {said}");
    }
}
