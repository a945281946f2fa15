//! A screen as SVG, in the project's light colors.
//!
//! Block characters are drawn as rectangles: as characters they would depend on the reader's font, and a QR code with
//! gaps between its lines cannot be scanned.

use super::terminal::{Cell, Grid, WIDTH};
use std::fmt::Write;

/// Width of a character; half the height of a line, so that half a block is a square.
const CELL: usize = 9;
const LINE: usize = 2 * CELL;
const FONT_SIZE: usize = 15;
const PADDING: usize = 20;

const PAPER: &str = "#f7f7f4";
const EDGE: &str = "#e2e2dc";
const INK: &str = "#16181d";
const ACCENT: &str = "#0b5d57";

/// The whole picture. `title` is what is read out to those who do not see it.
pub(super) fn draw(grid: &Grid, title: &str) -> String {
    let (row, column) = grid.cursor();
    let width = WIDTH * CELL + 2 * PADDING;
    let height = grid.lines().len().max(row + 1) * LINE + 2 * PADDING;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" role=\"img\" aria-label=\"{}\">\n\
         <rect x=\"0.5\" y=\"0.5\" width=\"{}\" height=\"{}\" rx=\"8\" fill=\"{PAPER}\" stroke=\"{EDGE}\"/>\n\
         <g font-family=\"ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace\" \
         font-size=\"{FONT_SIZE}\" fill=\"{INK}\" xml:space=\"preserve\">\n",
        escaped(title),
        width - 1,
        height - 1,
    );
    for (row, line) in grid.lines().iter().enumerate() {
        text(&mut svg, row, line);
    }
    svg.push_str("</g>\n");
    blocks(&mut svg, grid);
    let (x, y) = (PADDING + column * CELL, PADDING + row * LINE);
    // Writing to a string does not fail, here and below.
    let _ = writeln!(svg, "<rect x=\"{x}\" y=\"{y}\" width=\"{CELL}\" height=\"{LINE}\" fill=\"{ACCENT}\"/>");
    svg.push_str("</svg>\n");
    svg
}

/// The characters of a line that are no part of a QR code.
fn text(svg: &mut String, row: usize, line: &[Cell]) {
    let text: String = line.iter().map(|cell| if cell.on_white { ' ' } else { cell.character }).collect();
    let indent = text.chars().take_while(|character| *character == ' ').count();
    let text = text.trim();
    if text.is_empty() {
        return;
    }
    let (x, y) = (PADDING + indent * CELL, PADDING + row * LINE + FONT_SIZE - 1);
    // With its length said, a line fits the window in whatever font there is.
    let length = text.chars().count() * CELL;
    let _ = writeln!(svg, "<text x=\"{x}\" y=\"{y}\" textLength=\"{length}\">{}</text>", escaped(text));
}

/// QR codes: the white ground, and on it each row of modules as runs of rectangles.
fn blocks(svg: &mut String, grid: &Grid) {
    let (mut ground, mut ink) = (String::new(), String::new());
    for (row, line) in grid.lines().iter().enumerate() {
        let y = PADDING + row * LINE;
        for (x, length) in runs(line, |cell| cell.on_white) {
            let _ = write!(ground, "M{x} {y}h{length}v{LINE}h-{length}z");
        }
        for (y, halves) in [(y, ['█', '▀']), (y + CELL, ['█', '▄'])] {
            for (x, length) in runs(line, |cell| cell.on_white && halves.contains(&cell.character)) {
                let _ = write!(ink, "M{x} {y}h{length}v{CELL}h-{length}z");
            }
        }
    }
    if !ground.is_empty() {
        let _ = writeln!(svg, "<g shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"{ground}\"/>");
        let _ = writeln!(svg, "<path fill=\"#000\" d=\"{ink}\"/></g>");
    }
}

/// Where cells of a kind stand side by side: from which point, how many points long.
fn runs(line: &[Cell], is: impl Fn(&Cell) -> bool) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for (column, _) in line.iter().enumerate().filter(|(_, cell)| is(cell)) {
        let x = PADDING + column * CELL;
        match runs.last_mut() {
            Some((start, length)) if *start + *length == x => *length += CELL,
            _ => runs.push((x, CELL)),
        }
    }
    runs
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::{super::terminal::Screen, *};

    fn drawn(output: &str) -> String {
        draw(Screen::after(output).shown(), "a \"title\"")
    }

    #[test]
    fn text_is_escaped_and_stands_where_it_stood() {
        let svg = drawn("\r\n  <a & b>");
        assert!(svg.contains("<text x=\"38\" y=\"52\" textLength=\"63\">&lt;a &amp; b&gt;</text>"), "{svg}");
        assert!(svg.contains("aria-label=\"a &quot;title&quot;\""), "{svg}");
    }

    #[test]
    fn half_blocks_become_squares_without_gaps_between_lines() {
        let svg = drawn("\x1b[48;5;231m█▀▄ \x1b[0m\r\n\x1b[48;5;231m█   \x1b[0m");
        // The first column is dark from the top of the first line to the bottom of the second.
        for part in
            ["M20 20h18v9h-18z", "M20 29h9v9h-9z", "M38 29h9v9h-9z", "M20 38h9v9h-9z", "M20 47h9v9h-9z"]
        {
            assert!(svg.contains(part), "{part} in {svg}");
        }
        assert!(svg.contains("fill=\"#fff\" d=\"M20 20h36v18h-36zM20 38h36v18h-36z\""), "{svg}");
        assert!(!svg.contains("<text"), "{svg}");
    }
}
