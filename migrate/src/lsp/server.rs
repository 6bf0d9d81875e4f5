//! The server: which documents are open, and who answers what.

use std::collections::{BTreeSet, HashMap};
use std::ffi::OsString;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::rc::Rc;

use lsp_server::{Connection, ErrorCode, Message, Notification, Request, RequestId, Response};
use lsp_types::notification::{
    DidChangeConfiguration, DidChangeTextDocument, DidChangeWatchedFiles, DidCloseTextDocument, DidOpenTextDocument,
    DidSaveTextDocument, Notification as _, PublishDiagnostics, ShowMessage,
};
use lsp_types::request::{
    CodeActionRequest, Completion, DocumentSymbolRequest, FoldingRangeRequest, Formatting, GotoDefinition,
    HoverRequest, PrepareRenameRequest, RangeFormatting, References, RegisterCapability, Rename, Request as _,
};
use lsp_types::{
    DocumentSymbolResponse, GotoDefinitionResponse, InitializeParams, Location, MessageType, PrepareRenameResponse,
    PublishDiagnosticsParams, Registration, RegistrationParams, ShowMessageParams, TextDocumentPositionParams, Uri,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::completion::{self, Abilities};
use super::document::Document;
use super::settings::{Settings, Source};
use super::{diagnostics, fixes, format, hover, references, symbols};
use crate::cli::Lsp;
use crate::config;
use crate::judgement::Judge;

/// See the module.
pub(super) struct Server<'c> {
    connection: &'c Connection,
    judge: Judge,
    source: Source,
    abilities: Abilities,
    /// What holds where the settings make no sense.
    plain: Rc<Settings>,
    documents: HashMap<String, Document>,
    /// Documents of which it is to be told what is found in them.
    changed: BTreeSet<String>,
    /// What was said to be wrong with the settings.
    complained: Option<String>,
}

/// Why there is no answer.
type Refusal = (ErrorCode, String);

impl<'c> Server<'c> {
    pub fn new(connection: &'c Connection, typed: &[OsString], params: &InitializeParams) -> Result<Self, String> {
        let text = params.capabilities.text_document.as_ref();
        let item = text.and_then(|it| it.completion.as_ref()).and_then(|it| it.completion_item.as_ref());
        let abilities = Abilities { snippets: item.and_then(|it| it.snippet_support).unwrap_or(false) };
        let mut server = Self {
            connection,
            judge: Judge::embedded()?,
            source: Source::new(typed),
            abilities,
            plain: Rc::new(Settings::new(&Lsp::default(), false)?),
            documents: HashMap::new(),
            changed: BTreeSet::new(),
            complained: None,
        };
        server.configure(params.initialization_options.as_ref());
        let workspace = params.capabilities.workspace.as_ref();
        if workspace.and_then(|it| it.did_change_watched_files).and_then(|it| it.dynamic_registration) == Some(true) {
            server.watch();
        }
        Ok(server)
    }

    /// Asks to be told when a configuration file changes.
    fn watch(&self) {
        let watchers = json!({"watchers": [{"globPattern": format!("**/{}", config::NAME)}]});
        let method = DidChangeWatchedFiles::METHOD.to_owned();
        let registration = Registration { id: "configuration".to_owned(), method, register_options: Some(watchers) };
        let params = RegistrationParams { registrations: vec![registration] };
        let id = RequestId::from("configuration".to_owned());
        self.send(Message::Request(Request::new(id, RegisterCapability::METHOD.to_owned(), params)));
    }

    pub fn run(mut self) -> Result<(), String> {
        loop {
            let message = match self.connection.receiver.try_recv() {
                Ok(message) => message,
                // Nothing is waiting, or nobody is there any more, which the next line finds out.
                Err(_) => {
                    if let Some(uri) = self.changed.pop_first() {
                        self.publish(&uri);
                        continue;
                    }
                    match self.connection.receiver.recv() {
                        Ok(message) => message,
                        Err(_) => return Ok(()),
                    }
                }
            };
            match message {
                Message::Request(request) => {
                    if self.connection.handle_shutdown(&request).map_err(|error| error.to_string())? {
                        return Ok(());
                    }
                    let answer = self.answer(request);
                    self.send(Message::Response(answer));
                }
                Message::Notification(notification) => {
                    let method = notification.method.clone();
                    // One document that goes wrong is no reason to leave the others.
                    let done = catch_unwind(AssertUnwindSafe(|| self.take(notification)));
                    if done.is_err() {
                        crate::complain(&format!("{method} went wrong"));
                    }
                }
                Message::Response(_) => {}
            }
        }
    }

    /// That the editor is gone is noticed where it is read from.
    fn send(&self, message: Message) {
        let _ = self.connection.sender.send(message);
    }

    fn notify<N: lsp_types::notification::Notification>(&self, params: N::Params) {
        self.send(Message::Notification(Notification::new(N::METHOD.to_owned(), params)));
    }

    fn answer(&mut self, request: Request) -> Response {
        let id = request.id.clone();
        let answer = catch_unwind(AssertUnwindSafe(|| self.asked(request)));
        match answer {
            Ok(Ok(value)) => Response::new_ok(id, value),
            Ok(Err((code, message))) => Response::new_err(id, code as i32, message),
            Err(_) => Response::new_err(id, ErrorCode::InternalError as i32, "this went wrong".to_owned()),
        }
    }

    fn asked(&mut self, request: Request) -> Result<Value, Refusal> {
        let Request { method, params, .. } = request;
        match method.as_str() {
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
                told(fixes::actions(document, &uri, asked.range, &asked.context, &self.judge))
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
            _ => self.asked_of_names(&method, params),
        }
    }

    /// What is asked of what refers to what.
    fn asked_of_names(&mut self, method: &str, params: Value) -> Result<Value, Refusal> {
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
                let edits = edits.map_err(|error| (ErrorCode::RequestFailed, error))?;
                told(fixes::changes(&at.text_document.uri, edits))
            }
            _ => Err((ErrorCode::MethodNotFound, format!("{method} is not served"))),
        }
    }

    fn document(&self, uri: &Uri) -> Result<&Document, Refusal> {
        self.documents.get(uri.as_str()).ok_or_else(|| not_open(uri))
    }

    fn take(&mut self, notification: Notification) {
        let Notification { method, params } = notification;
        match method.as_str() {
            DidOpenTextDocument::METHOD => {
                let Some(opened) = given::<DidOpenTextDocument>(params) else { return };
                let uri = opened.text_document.uri.as_str().to_owned();
                let settings = self.settings(&uri);
                let document = Document::new(opened.text_document.text, opened.text_document.version, settings);
                self.documents.insert(uri.clone(), document);
                self.changed.insert(uri);
            }
            DidChangeTextDocument::METHOD => {
                let Some(changed) = given::<DidChangeTextDocument>(params) else { return };
                let uri = changed.text_document.uri.as_str();
                if let Some(document) = self.documents.get_mut(uri) {
                    document.change(changed.content_changes, changed.text_document.version);
                    self.changed.insert(uri.to_owned());
                }
            }
            DidCloseTextDocument::METHOD => {
                let Some(closed) = given::<DidCloseTextDocument>(params) else { return };
                self.documents.remove(closed.text_document.uri.as_str());
                self.changed.remove(closed.text_document.uri.as_str());
                let (uri, diagnostics) = (closed.text_document.uri, Vec::new());
                self.notify::<PublishDiagnostics>(PublishDiagnosticsParams { uri, diagnostics, version: None });
            }
            // The file or the configuration above it may be another one now.
            DidSaveTextDocument::METHOD | DidChangeWatchedFiles::METHOD => self.settle(),
            DidChangeConfiguration::METHOD => {
                let Some(changed) = given::<DidChangeConfiguration>(params) else { return };
                self.configure(Some(&changed.settings));
                self.settle();
            }
            _ => {}
        }
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
        let judge = &self.judge;
        let found = catch_unwind(AssertUnwindSafe(|| document.findings(judge).to_vec())).unwrap_or_default();
        let diagnostics = diagnostics::all(document, &found);
        let version = Some(document.version);
        if let Ok(uri) = uri.parse::<Uri>() {
            self.notify::<PublishDiagnostics>(PublishDiagnosticsParams { uri, diagnostics, version });
        }
    }
}

fn asked<R: lsp_types::request::Request>(params: Value) -> Result<R::Params, Refusal>
where
    R::Params: DeserializeOwned,
{
    serde_json::from_value(params).map_err(|error| (ErrorCode::InvalidParams, error.to_string()))
}

fn given<N: lsp_types::notification::Notification>(params: Value) -> Option<N::Params> {
    serde_json::from_value(params).ok()
}

fn told(answer: impl serde::Serialize) -> Result<Value, Refusal> {
    serde_json::to_value(answer).map_err(|error| (ErrorCode::InternalError, error.to_string()))
}

fn not_open(uri: &Uri) -> Refusal {
    (ErrorCode::InvalidParams, format!("{} is not open", uri.as_str()))
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
