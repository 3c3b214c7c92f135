//! Blocks of a delimited file without quoting: whole lines as they stand in the file.

use super::chunks::{Chunks, Filled};
use super::error::InputError;
use super::finding::at_line;
use super::model::{Block, BlockSource};
use super::scan::traits;
use crate::engine::FileFinding;

/// Gives out a caret file.
pub struct PlainSource {
    chunks: Chunks,
    /// The line that comes next, 1-based.
    line: u64,
    /// Offset of the next block in the decoded file.
    offset: u64,
    findings: Vec<FileFinding>,
}

impl PlainSource {
    /// A source of the records after the header.
    pub fn new(chunks: Chunks, line: u64) -> Self {
        let offset = chunks.offset();
        Self { chunks, line, offset, findings: Vec::new() }
    }
}

impl BlockSource for PlainSource {
    fn next(&mut self, block: &mut Block) -> Result<bool, InputError> {
        block.cells = None;
        loop {
            match self.chunks.fill(&mut block.bytes) {
                Filled::End => return Ok(false),
                Filled::TooLong { length } => {
                    self.findings.push(at_line("L031", self.line, self.offset).with("length", length).done());
                    self.line += 1;
                    self.offset += length;
                }
                Filled::Lines => break,
            }
        }
        let seen = traits(&block.bytes);
        block.line = self.line;
        block.offset = self.offset;
        block.last = self.chunks.is_at_end();
        self.line += seen.line_feeds;
        self.offset += block.bytes.len() as u64;
        Ok(true)
    }

    fn take_findings(&mut self) -> Vec<FileFinding> {
        std::mem::take(&mut self.findings)
    }
}
