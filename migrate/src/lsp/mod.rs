//! `lsp`: the language server, over standard input and output.
//!
//! One thread answers one request after the other; findings are told when nothing else is waiting, so that typing is never held up. No answer
//! takes long enough to be taken back: `$/cancelRequest` is read past, as the protocol lets a server do, and a document that is too large to be
//! read after each change is not looked at. What it
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
mod wire;
mod words;

use std::ffi::OsString;
use std::io;
use std::sync::mpsc::sync_channel;

use lsp_types::{
    CodeActionKind, CodeActionOptions, CodeActionProviderCapability, CompletionOptions, FoldingRangeProviderCapability,
    HoverProviderCapability, OneOf, PositionEncodingKind, RenameOptions, SaveOptions, ServerCapabilities,
    TextDocumentSyncCapability, TextDocumentSyncKind, TextDocumentSyncOptions, TextDocumentSyncSaveOptions,
    WorkDoneProgressOptions,
};

use server::Server;

/// Messages that are read before their turn, at the most: each may be large, and an editor that says more can wait.
const AHEAD: usize = 1;

/// Serves an editor until it says goodbye, and tells the exit status: 1 where it goes without asking to shut down.
///
/// # Errors
/// One line: the editor broke off, or does not speak the protocol.
pub fn run(typed: &[OsString]) -> Result<u8, String> {
    let (sender, messages) = sync_channel(AHEAD);
    std::thread::spawn(move || {
        let mut input = io::stdin().lock();
        loop {
            let said = wire::read(&mut input);
            let is_last = !matches!(said, Ok(Some(_)));
            if sender.send(said).is_err() || is_last {
                return;
            }
        }
    });
    Server::new(io::stdout().lock(), typed)?.run(&messages)
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
