//! The server: which documents are open, and who answers what.

use std::collections::{BTreeSet, HashMap};
use std::ffi::OsString;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::mpsc::Receiver;

use lsp_types::notification::{
    DidChangeConfiguration, DidChangeTextDocument, DidChangeWatchedFiles, DidCloseTextDocument, DidOpenTextDocument,
    DidSaveTextDocument, Exit, Initialized, LogMessage, Notification as _, PublishDiagnostics, ShowMessage,
};
use lsp_types::request::{
    CodeActionRequest, Completion, DocumentSymbolRequest, FoldingRangeRequest, Formatting, GotoDefinition,
    HoverRequest, Initialize, PrepareRenameRequest, RangeFormatting, References, RegisterCapability, Rename,
    Request as _, Shutdown,
};
use lsp_types::{
    DocumentSymbolResponse, GotoDefinitionResponse, InitializeParams, Location, LogMessageParams, MessageType,
    PrepareRenameResponse, PublishDiagnosticsParams, ShowMessageParams, TextDocumentIdentifier,
    TextDocumentPositionParams, Uri,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::completion::{self, Abilities};
use super::document::Document;
use super::settings::{Settings, Source};
use super::wire::{self, Broken, Code, Id, Message, Refusal};
use super::{capabilities, diagnostics, fixes, format, hover, references, symbols};
use crate::cli::Lsp;
use crate::config;
use crate::judgement::Judge;

/// What all requests about a document say of it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct About {
    text_document: TextDocumentIdentifier,
}

/// How far the conversation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// The editor has yet to say what it is.
    Unknown,
    /// It asks and is answered.
    Serving,
    /// It asked to shut down, and has nothing to do any more but to leave.
    Leaving,
}

/// See the module.
pub(super) struct Server<W> {
    output: W,
    /// Why the editor cannot be told anything any more.
    unsaid: Option<io::Error>,
    stage: Stage,
    judge: &'static Judge,
    source: Source,
    abilities: Abilities,
    /// Whether the editor tells when a configuration file changes, where it is asked to.
    watches: bool,
    /// What holds where the settings make no sense.
    plain: Rc<Settings>,
    documents: HashMap<String, Document>,
    /// Documents of which it is to be told what is found in them.
    changed: BTreeSet<String>,
    /// What was said to be wrong with the settings.
    complained: Option<String>,
}

impl<W: Write> Server<W> {
    pub fn new(output: W, typed: &[OsString]) -> Result<Self, String> {
        Ok(Self {
            output,
            unsaid: None,
            stage: Stage::Unknown,
            judge: Judge::embedded()?,
            source: Source::new(typed),
            abilities: Abilities::default(),
            watches: false,
            plain: Rc::new(Settings::new(&Lsp::default(), false)?),
            documents: HashMap::new(),
            changed: BTreeSet::new(),
            complained: None,
        })
    }

    /// Answers what comes until the editor leaves, and tells whether it went without asking to shut down.
    pub fn run(mut self, messages: &Receiver<Result<Option<Message>, Broken>>) -> Result<u8, String> {
        loop {
            if let Some(error) = self.unsaid {
                return Err(format!("standard output cannot be written to, and the editor is told nothing: {error}"));
            }
            // Nothing is waiting: time to tell what is found.
            let said = match messages.try_recv() {
                Ok(said) => said,
                Err(_) => match self.changed.pop_first() {
                    Some(uri) => {
                        self.publish(&uri);
                        continue;
                    }
                    None => messages.recv().unwrap_or(Ok(None)),
                },
            };
            match said {
                Ok(Some(Message::Request { id, method, params })) => {
                    let answer = self.answer(&method, &params);
                    self.reply(&id, answer);
                }
                Ok(Some(Message::Notification { method, .. })) if method == Exit::METHOD => {
                    return Ok(u8::from(self.stage != Stage::Leaving));
                }
                Ok(Some(Message::Notification { method, params })) => self.hear(&method, &params),
                Ok(Some(Message::Response)) => {}
                Ok(Some(Message::Wrong(refusal))) => self.reply(&Id::Unknown, Err(refusal)),
                Ok(None) => return self.left(),
                Err(broken) => {
                    let told = broken.to_string();
                    self.reply(&Id::Unknown, Err(Refusal::new(Code::Parse, &*told)));
                    return Err(told);
                }
            }
        }
    }

    /// Standard input has ended.
    fn left(&self) -> Result<u8, String> {
        match self.stage {
            Stage::Unknown => {
                Err("standard input ended before an editor said what it is: an editor starts this command, as \
                                   migrate/docs/editors.md shows"
                    .to_owned())
            }
            Stage::Serving => Err("standard input ended, and the editor did not ask to shut down".to_owned()),
            Stage::Leaving => Ok(0),
        }
    }

    /// Takes in what an editor says of itself.
    fn initialize(&mut self, params: &InitializeParams) -> Value {
        let text = params.capabilities.text_document.as_ref();
        let item = text.and_then(|it| it.completion.as_ref()).and_then(|it| it.completion_item.as_ref());
        let workspace = params.capabilities.workspace.as_ref();
        let edit = workspace.and_then(|it| it.workspace_edit.as_ref());
        self.abilities = Abilities {
            snippets: item.and_then(|it| it.snippet_support).unwrap_or(false),
            versions: edit.and_then(|it| it.document_changes).unwrap_or(false),
        };
        let watched = workspace.and_then(|it| it.did_change_watched_files);
        self.watches = watched.and_then(|it| it.dynamic_registration).unwrap_or(false);
        self.configure(params.initialization_options.as_ref());
        self.stage = Stage::Serving;
        json!({
            "capabilities": capabilities(),
            "serverInfo": { "name": "dommigrate", "version": env!("CARGO_PKG_VERSION") },
        })
    }

    /// Asks to be told when a configuration file changes.
    fn watch(&mut self) {
        let watchers = json!({"watchers": [{"globPattern": format!("**/{}", config::NAME)}]});
        let wish = json!({"id": "configuration", "method": DidChangeWatchedFiles::METHOD, "registerOptions": watchers});
        self.send(
            json!({"id": "configuration", "method": RegisterCapability::METHOD, "params": {"registrations": [wish]}}),
        );
    }

    /// Where that fails, nothing that comes after it is sent.
    fn send(&mut self, mut message: Value) {
        message["jsonrpc"] = json!("2.0");
        if self.unsaid.is_none() {
            self.unsaid = wire::write(&mut self.output, &message).err();
        }
    }

    fn notify<N: lsp_types::notification::Notification>(&mut self, params: N::Params) {
        self.send(json!({"method": N::METHOD, "params": params}));
    }

    fn reply(&mut self, id: &Id, answer: Result<Value, Refusal>) {
        self.send(match answer {
            Ok(result) => json!({"id": id, "result": result}),
            Err(Refusal { code, message }) => {
                json!({"id": id, "error": {"code": code as i32, "message": message}})
            }
        });
    }

    fn answer(&mut self, method: &str, params: &RawValue) -> Result<Value, Refusal> {
        match (self.stage, method) {
            (Stage::Unknown, Initialize::METHOD) => {
                let params = asked::<Initialize>(params)?;
                Ok(self.initialize(&params))
            }
            (Stage::Unknown, _) => Err(Refusal::new(Code::NotInitialized, format!("{method} before initialize"))),
            (Stage::Serving, Shutdown::METHOD) => {
                self.stage = Stage::Leaving;
                Ok(Value::Null)
            }
            (Stage::Serving, Initialize::METHOD) => {
                Err(Refusal::new(Code::InvalidRequest, "initialize was asked before, and is asked once"))
            }
            // One request that goes wrong is no reason to leave the others.
            (Stage::Serving, _) => catch_unwind(AssertUnwindSafe(|| self.asked(method, params)))
                .unwrap_or_else(|_| Err(Refusal::new(Code::Internal, format!("{method} went wrong")))),
            (Stage::Leaving, _) => Err(Refusal::new(Code::InvalidRequest, format!("{method} after shutdown"))),
        }
    }

    fn hear(&mut self, method: &str, params: &RawValue) {
        if self.stage != Stage::Serving {
            return;
        }
        // One document that goes wrong is no reason to leave the others.
        let heard = catch_unwind(AssertUnwindSafe(|| self.take(method, params)));
        if let Err(wrong) = heard.unwrap_or_else(|_| Err("went wrong".to_owned())) {
            let message = format!("dommigrate: {method}: {wrong}");
            self.notify::<LogMessage>(LogMessageParams { typ: MessageType::ERROR, message });
        }
    }

    fn asked(&mut self, method: &str, params: &RawValue) -> Result<Value, Refusal> {
        // Editors ask by themselves: that there is no answer is told among what is found, once.
        if self.is_about_too_much(params) {
            return Ok(Value::Null);
        }
        match method {
            HoverRequest::METHOD => {
                let at = asked::<HoverRequest>(params)?.text_document_position_params;
                told(hover::hover(self.document(&at.text_document.uri)?, at.position))
            }
            Completion::METHOD => {
                let asked = asked::<Completion>(params)?;
                let (at, typed) = (asked.text_document_position, asked.context.and_then(|it| it.trigger_character));
                let document = self.document(&at.text_document.uri)?;
                told(completion::complete(document, at.position, typed.as_deref(), self.abilities))
            }
            CodeActionRequest::METHOD => {
                let asked = asked::<CodeActionRequest>(params)?;
                let uri = asked.text_document.uri;
                let document = self.documents.get_mut(uri.as_str()).ok_or_else(|| not_open(&uri))?;
                let mut actions = fixes::actions(document, &uri, asked.range, &asked.context, self.judge);
                if self.abilities.versions {
                    actions.iter_mut().filter_map(|it| it.edit.as_mut()).for_each(|edit| document.of_version(edit));
                }
                told(actions)
            }
            Formatting::METHOD => {
                let asked = asked::<Formatting>(params)?;
                told(format::whole(self.document(&asked.text_document.uri)?))
            }
            RangeFormatting::METHOD => {
                let asked = asked::<RangeFormatting>(params)?;
                told(format::lines(self.document(&asked.text_document.uri)?, asked.range))
            }
            DocumentSymbolRequest::METHOD => {
                let asked = asked::<DocumentSymbolRequest>(params)?;
                told(DocumentSymbolResponse::Nested(symbols::symbols(self.document(&asked.text_document.uri)?)))
            }
            FoldingRangeRequest::METHOD => {
                let asked = asked::<FoldingRangeRequest>(params)?;
                told(symbols::folds(self.document(&asked.text_document.uri)?))
            }
            _ => self.asked_of_names(method, params),
        }
    }

    /// What is asked of what refers to what.
    fn asked_of_names(&self, method: &str, params: &RawValue) -> Result<Value, Refusal> {
        match method {
            GotoDefinition::METHOD => {
                let at = asked::<GotoDefinition>(params)?.text_document_position_params;
                let document = self.document(&at.text_document.uri)?;
                let found = references::definitions(document, at.position);
                told(GotoDefinitionResponse::Array(locations(document, &at, &found)))
            }
            References::METHOD => {
                let asked = asked::<References>(params)?;
                let at = asked.text_document_position;
                let document = self.document(&at.text_document.uri)?;
                let found = references::uses(document, at.position, asked.context.include_declaration);
                told(locations(document, &at, &found))
            }
            PrepareRenameRequest::METHOD => {
                let at = asked::<PrepareRenameRequest>(params)?;
                let document = self.document(&at.text_document.uri)?;
                let range = references::renamed(document, at.position);
                told(range.map(|range| PrepareRenameResponse::Range(document.places(&range))))
            }
            Rename::METHOD => {
                let asked = asked::<Rename>(params)?;
                let at = asked.text_document_position;
                let document = self.document(&at.text_document.uri)?;
                let edits = references::rename(document, at.position, &asked.new_name);
                let edits = edits.map_err(|error| Refusal::new(Code::RequestFailed, error))?;
                let mut changes = fixes::changes(&at.text_document.uri, edits);
                if self.abilities.versions {
                    document.of_version(&mut changes);
                }
                told(changes)
            }
            _ => Err(Refusal::new(Code::MethodNotFound, format!("{method} is not served"))),
        }
    }

    /// Whether a request is about a document that is too large to be looked at.
    fn is_about_too_much(&self, params: &RawValue) -> bool {
        let about: Option<About> = serde_json::from_str(params.get()).ok();
        let document = about.and_then(|about| self.documents.get(about.text_document.uri.as_str()));
        document.is_some_and(Document::is_too_large)
    }

    fn document(&self, uri: &Uri) -> Result<&Document, Refusal> {
        self.documents.get(uri.as_str()).ok_or_else(|| not_open(uri))
    }

    /// Takes in what has happened.
    ///
    /// # Errors
    /// One line: it makes no sense, so that what the editor shows may be another document than what is known here.
    fn take(&mut self, method: &str, params: &RawValue) -> Result<(), String> {
        match method {
            Initialized::METHOD if self.watches => self.watch(),
            DidOpenTextDocument::METHOD => {
                let opened = given::<DidOpenTextDocument>(params)?.text_document;
                let uri = opened.uri.as_str().to_owned();
                let settings = self.settings(&uri);
                self.documents.insert(uri.clone(), Document::new(opened.text, opened.version, settings));
                self.changed.insert(uri);
            }
            DidChangeTextDocument::METHOD => {
                let changed = given::<DidChangeTextDocument>(params)?;
                let uri = changed.text_document.uri.as_str();
                let document = self.documents.get_mut(uri).ok_or_else(|| format!("{uri} is not open"))?;
                document.change(changed.content_changes, changed.text_document.version);
                self.changed.insert(uri.to_owned());
            }
            DidCloseTextDocument::METHOD => {
                let uri = given::<DidCloseTextDocument>(params)?.text_document.uri;
                self.documents.remove(uri.as_str());
                self.changed.remove(uri.as_str());
                let nothing = PublishDiagnosticsParams { uri, diagnostics: Vec::new(), version: None };
                self.notify::<PublishDiagnostics>(nothing);
            }
            // The file or the configuration above it may be another one now.
            DidSaveTextDocument::METHOD | DidChangeWatchedFiles::METHOD => self.settle(),
            DidChangeConfiguration::METHOD => {
                let changed = given::<DidChangeConfiguration>(params)?;
                self.configure(Some(&changed.settings));
                self.settle();
            }
            _ => {}
        }
        Ok(())
    }

    fn configure(&mut self, said: Option<&Value>) {
        if let Some(Err(wrong)) = said.filter(|said| !said.is_null()).map(|said| self.source.told(said)) {
            self.complain(&wrong);
        }
    }

    /// Looks again what holds for each document.
    fn settle(&mut self) {
        let uris: Vec<String> = self.documents.keys().cloned().collect();
        for uri in uris {
            let settings = self.settings(&uri);
            if let Some(document) = self.documents.get_mut(&uri) {
                document.settings = settings;
                document.findings = None;
            }
            self.changed.insert(uri);
        }
    }

    fn settings(&mut self, uri: &str) -> Rc<Settings> {
        match self.source.of(path_of(uri).as_deref()) {
            Ok(settings) => {
                self.complained = None;
                Rc::new(settings)
            }
            Err(wrong) => {
                self.complain(&wrong);
                Rc::clone(&self.plain)
            }
        }
    }

    /// Tells people what is wrong, once.
    fn complain(&mut self, wrong: &str) {
        if self.complained.as_deref() != Some(wrong) {
            let message = format!("dommigrate: {wrong}");
            self.notify::<ShowMessage>(ShowMessageParams { typ: MessageType::ERROR, message });
            self.complained = Some(wrong.to_owned());
        }
    }

    fn publish(&mut self, uri: &str) {
        let Some(document) = self.documents.get_mut(uri) else { return };
        let judge = self.judge;
        let found = catch_unwind(AssertUnwindSafe(|| document.findings(judge).to_vec())).unwrap_or_default();
        let diagnostics = diagnostics::all(document, &found);
        let version = Some(document.version);
        if let Ok(uri) = uri.parse::<Uri>() {
            self.notify::<PublishDiagnostics>(PublishDiagnosticsParams { uri, diagnostics, version });
        }
    }
}

fn asked<R: lsp_types::request::Request>(params: &RawValue) -> Result<R::Params, Refusal>
where
    R::Params: DeserializeOwned,
{
    serde_json::from_str(params.get()).map_err(|error| Refusal::new(Code::InvalidParams, error.to_string()))
}

fn given<N: lsp_types::notification::Notification>(params: &RawValue) -> Result<N::Params, String> {
    serde_json::from_str(params.get()).map_err(|error| error.to_string())
}

fn told(answer: impl serde::Serialize) -> Result<Value, Refusal> {
    serde_json::to_value(answer).map_err(|error| Refusal::new(Code::Internal, error.to_string()))
}

fn not_open(uri: &Uri) -> Refusal {
    Refusal::new(Code::InvalidParams, format!("{} is not open", uri.as_str()))
}

fn locations(document: &Document, at: &TextDocumentPositionParams, found: &[std::ops::Range<usize>]) -> Vec<Location> {
    let location = |range| Location { uri: at.text_document.uri.clone(), range: document.places(range) };
    found.iter().map(location).collect()
}

/// The path of a `file:` URI.
fn path_of(uri: &str) -> Option<PathBuf> {
    let path = uri.strip_prefix("file://")?;
    let path = &path[path.find('/')?..];
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let hex = behind.get(..2).filter(|_| *first == b'%').and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &behind[2..];
            }
            None => {
                bytes.push(*first);
                rest = behind;
            }
        }
    }
    let path = String::from_utf8(bytes).ok()?;
    // A drive of Windows stands behind a slash.
    let path = if cfg!(windows) { path.trim_start_matches('/').to_owned() } else { path };
    Some(PathBuf::from(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uris_of_files_are_paths() {
        let path = |uri: &str| path_of(uri).map(|path| path.to_string_lossy().into_owned());
        assert_eq!(path("file:///a%20b/%C3%A4.xml").as_deref(), Some("/a b/ä.xml"));
        assert_eq!(path("file://localhost/a%.xml").as_deref(), Some("/a%.xml"));
        assert_eq!(path("untitled:1"), None);
    }
}
