//! `lsp`: the language server, over standard input and output.
//!
//! One thread answers one request after the other; findings are told when nothing else is waiting, so that typing is never held up. What it
//! knows of the format is the schema's ([`crate::reference`]), what it finds is what `check` finds, and what it mends is what `upgrade` writes.

mod completion;
mod diagnostics;
mod document;
mod edits;
mod fixes;
mod format;
mod hover;
mod lines;
mod mend;
mod references;
mod server;
mod settings;
mod symbols;
mod tree;
mod words;

use std::ffi::OsString;

use lsp_server::Connection;
use lsp_types::{
    CodeActionKind, CodeActionOptions, CodeActionProviderCapability, CompletionOptions, FoldingRangeProviderCapability,
    HoverProviderCapability, InitializeParams, OneOf, PositionEncodingKind, RenameOptions, SaveOptions,
    ServerCapabilities, TextDocumentSyncCapability, TextDocumentSyncKind, TextDocumentSyncOptions,
    TextDocumentSyncSaveOptions, WorkDoneProgressOptions,
};
use serde_json::json;

use server::Server;

/// Serves an editor until it says goodbye.
///
/// # Errors
/// One line: the editor broke off, or does not speak the protocol.
pub fn run(typed: &[OsString]) -> Result<(), String> {
    let (connection, threads) = Connection::stdio();
    serve(&connection, typed)?;
    // The threads end when nothing can be sent any more.
    drop(connection);
    threads.join().map_err(|error| error.to_string())
}

/// Serves whoever is at the other end.
fn serve(connection: &Connection, typed: &[OsString]) -> Result<(), String> {
    let (id, params) = connection.initialize_start().map_err(|error| match error.channel_is_disconnected() {
        true => "standard input ended before an editor said what it is: an editor starts this command, as migrate/docs/editors.md shows".to_owned(),
        false => error.to_string(),
    })?;
    let params: InitializeParams = serde_json::from_value(params).map_err(|error| error.to_string())?;
    let answer = json!({
        "capabilities": capabilities(),
        "serverInfo": { "name": "dommigrate", "version": env!("CARGO_PKG_VERSION") },
    });
    connection.initialize_finish(id, answer).map_err(|error| error.to_string())?;
    Server::new(connection, typed, &params)?.run()
}

fn capabilities() -> ServerCapabilities {
    let sync = TextDocumentSyncOptions {
        open_close: Some(true),
        change: Some(TextDocumentSyncKind::INCREMENTAL),
        save: Some(TextDocumentSyncSaveOptions::SaveOptions(SaveOptions { include_text: Some(false) })),
        ..TextDocumentSyncOptions::default()
    };
    let letters = |letters: &[&str]| Some(letters.iter().map(|letter| (*letter).to_owned()).collect());
    ServerCapabilities {
        position_encoding: Some(PositionEncodingKind::UTF16),
        text_document_sync: Some(TextDocumentSyncCapability::Options(sync)),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        completion_provider: Some(CompletionOptions {
            trigger_characters: letters(&["<", "/", " ", "'", "\"", "="]),
            ..CompletionOptions::default()
        }),
        code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
            code_action_kinds: Some(vec![CodeActionKind::QUICKFIX, CodeActionKind::new(fixes::FIX_ALL)]),
            ..CodeActionOptions::default()
        })),
        document_formatting_provider: Some(OneOf::Left(true)),
        document_range_formatting_provider: Some(OneOf::Left(true)),
        document_symbol_provider: Some(OneOf::Left(true)),
        folding_range_provider: Some(FoldingRangeProviderCapability::Simple(true)),
        definition_provider: Some(OneOf::Left(true)),
        references_provider: Some(OneOf::Left(true)),
        rename_provider: Some(OneOf::Right(RenameOptions {
            prepare_provider: Some(true),
            work_done_progress_options: WorkDoneProgressOptions::default(),
        })),
        ..ServerCapabilities::default()
    }
}
