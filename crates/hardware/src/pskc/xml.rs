//! The tree of an XML file, and how to find one's way in it.

use crate::CannotRead;
use roxmltree::{Document, Node, ParsingOptions};

/// The namespace of RFC 6030.
pub(super) const PSKC: &str = "urn:ietf:params:xml:ns:keyprov:pskc";
/// Elements, texts and comments of the longest file that is taken.
const MAX_NODES: u32 = 1_000_000;
/// From one `<` to the next, in bytes. An element with thousands of attributes takes a time that grows with their square.
const MAX_TAG: usize = 16 * 1024;

/// Parses a file. A document type is refused, so that there are no entities but the five of XML.
pub(super) fn parse(file: &str) -> Result<Document<'_>, CannotRead> {
    let mut line = 1;
    for part in file.split('<') {
        if part.len() > MAX_TAG {
            return Err(CannotRead::Xml { line, problem: "an element is too long".into() });
        }
        line += newlines(part);
    }
    let options = ParsingOptions { allow_dtd: false, nodes_limit: MAX_NODES, ..ParsingOptions::default() };
    Document::parse_with_options(file, options).map_err(|error| {
        let problem = match error {
            roxmltree::Error::DtdDetected => {
                "the file has a document type, which PSKC files do not have".to_owned()
            }
            roxmltree::Error::NodesLimitReached => "the file has too many elements".to_owned(),
            // Names and values of the file can be in other texts of the parser.
            _ => "the XML is not well-formed".to_owned(),
        };
        CannotRead::Xml { line: u64::from(error.pos().row), problem }
    })
}

fn newlines(text: &str) -> u64 {
    text.bytes().filter(|&byte| byte == b'\n').count() as u64
}

/// Where lines begin.
pub(super) struct Lines(Vec<usize>);

impl Lines {
    pub(super) fn of(file: &str) -> Self {
        Self(file.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at).collect())
    }

    /// The line an element begins on, from 1 on.
    pub(super) fn of_node(&self, node: Node<'_, '_>) -> u64 {
        let start = node.range().start;
        self.0.partition_point(|&newline| newline < start) as u64 + 1
    }
}

/// The elements of that name in an element. Whatever namespace they are in: the files of the norm itself have parts of
/// derivations in none, and others have them in that of their neighbor.
pub(super) fn children<'a, 'i>(node: Node<'a, 'i>, name: &'static str) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(move |child| child.is_element() && child.tag_name().name() == name)
}

/// The first of them.
pub(super) fn child<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    node.children().find(|child| child.is_element() && child.tag_name().name() == name)
}

/// The text of an element without the blanks around it.
pub(super) fn text<'a>(node: Node<'a, '_>) -> &'a str {
    node.text().unwrap_or_default().trim()
}
