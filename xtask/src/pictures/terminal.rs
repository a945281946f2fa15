//! As much of a terminal as the lab and the agent's views need: characters, lines, two screens, black on white.
//!
//! A line that is longer than the window goes on in the next one, in the middle of a word, as in a real terminal.

/// Columns of the window.
pub(super) const WIDTH: usize = 93;

/// The color a QR code has whatever the terminal's theme, as `crates/qr` prints it.
const ON_WHITE: &str = "48;5;231";

/// One character on the screen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Cell {
    pub(super) character: char,
    /// Part of a QR code.
    pub(super) on_white: bool,
}

/// Lines of characters, and where the next one goes.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Grid {
    lines: Vec<Vec<Cell>>,
    row: usize,
    column: usize,
}

/// What a terminal shows.
#[derive(Debug, Default)]
pub(super) struct Screen {
    main: Grid,
    alternate: Option<Grid>,
    on_white: bool,
}

impl Screen {
    /// The screen after all of this was written to it.
    pub(super) fn after(output: &str) -> Self {
        let mut screen = Self::default();
        let mut characters = output.chars();
        while let Some(character) = characters.next() {
            match character {
                '\x1b' => screen.escape(&mut characters),
                '\r' => screen.active().column = 0,
                '\n' => screen.active().row += 1,
                _ if character.is_control() => {}
                _ => {
                    let on_white = screen.on_white;
                    screen.active().put(Cell { character, on_white });
                }
            }
        }
        screen
    }

    /// What is in front.
    pub(super) fn shown(&self) -> &Grid {
        self.alternate.as_ref().unwrap_or(&self.main)
    }

    /// What was there before a view took the terminal over, and is there again after it.
    pub(super) fn main(&self) -> &Grid {
        &self.main
    }

    /// Whether a view has taken the terminal over and this text is in it.
    pub(super) fn shows(&self, text: &str) -> bool {
        self.alternate.as_ref().is_some_and(|grid| grid.text().contains(text))
    }

    fn active(&mut self) -> &mut Grid {
        self.alternate.as_mut().unwrap_or(&mut self.main)
    }

    /// A control sequence (ECMA-48 §5.4) or an operating system command; those that are not needed have no effect.
    fn escape(&mut self, characters: &mut std::str::Chars<'_>) {
        match characters.next() {
            Some('[') => {
                let mut parameters = String::new();
                for character in characters {
                    if ('@'..='~').contains(&character) {
                        return self.control(&parameters, character);
                    }
                    parameters.push(character);
                }
            }
            Some(']') => {
                // To its end: BEL, or ESC and a backslash.
                let end = characters.find(|character| matches!(character, '\x07' | '\x1b'));
                let _backslash = end.filter(|end| *end == '\x1b').and_then(|_| characters.next());
            }
            _ => {}
        }
    }

    fn control(&mut self, parameters: &str, action: char) {
        match (parameters, action) {
            ("?1049", 'h') => self.alternate = Some(Grid::default()),
            ("?1049", 'l') => self.alternate = None,
            ("1;1", 'H') => (self.active().row, self.active().column) = (0, 0),
            ("2", 'J') => *self.active() = Grid::default(),
            (_, 'm') => self.on_white = parameters.contains(ON_WHITE),
            _ => {}
        }
    }
}

impl Grid {
    /// Lines, each ended by a line feed, without blanks at their ends.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        for line in &self.lines {
            let line: String = line.iter().map(|cell| cell.character).collect();
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }

    /// The last line that starts like this and what comes after it.
    pub(super) fn from(&self, start: &str) -> Option<Self> {
        let starts = |line: &Vec<Cell>| {
            line.iter().map(|cell| cell.character).take(start.chars().count()).eq(start.chars())
        };
        let first = self.lines.iter().rposition(starts)?;
        Some(Self {
            lines: self.lines[first..].to_vec(),
            row: self.row.saturating_sub(first),
            column: self.column,
        })
    }

    /// All lines.
    pub(super) fn lines(&self) -> &[Vec<Cell>] {
        &self.lines
    }

    /// The lines of a QR code.
    pub(super) fn lines_on_white(&mut self) -> impl Iterator<Item = &mut Vec<Cell>> {
        self.lines.iter_mut().filter(|line| line.iter().any(|cell| cell.on_white))
    }

    /// Row and column of the next character.
    pub(super) fn cursor(&self) -> (usize, usize) {
        (self.row, self.column)
    }

    fn put(&mut self, cell: Cell) {
        if self.column == WIDTH {
            (self.row, self.column) = (self.row + 1, 0);
        }
        if self.lines.len() <= self.row {
            self.lines.resize(self.row + 1, Vec::new());
        }
        let line = &mut self.lines[self.row];
        if line.len() <= self.column {
            line.resize(self.column + 1, Cell { character: ' ', on_white: false });
        }
        line[self.column] = cell;
        self.column += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(output: &str) -> String {
        Screen::after(output).shown().text()
    }

    #[test]
    fn a_view_takes_the_terminal_over_and_gives_it_back_as_it_was() {
        let before = "one\r\ntwo\r\n";
        let view = "\x1b[?1049h\x1b[?2004h\x1b[1;1H\x1b[2Jold\x1b[1;1H\x1b[2Jview";
        let screen = Screen::after(&format!("{before}{view}"));
        assert_eq!((screen.shown().text().as_str(), screen.main().text().as_str()), ("view\n", "one\ntwo\n"));
        assert!(screen.shows("view") && !screen.shows("two"));
        let screen = Screen::after(&format!("{before}{view}\x1b[?2004l\x1b[?1049lthree"));
        assert_eq!(screen.shown().text(), "one\ntwo\nthree\n");
        assert!(!screen.shows("three"));
    }

    #[test]
    fn a_line_that_is_too_long_goes_on_in_the_next() {
        let exactly = "x".repeat(WIDTH);
        assert_eq!(text(&format!("{exactly}\r\ny")), format!("{exactly}\ny\n"));
        assert_eq!(text(&format!("{exactly}y")), format!("{exactly}\ny\n"));
    }

    #[test]
    fn what_is_on_white_is_told_from_the_rest() {
        let mut grid = Screen::after("a\r\n\x1b[38;5;16;48;5;231m▀▄\x1b[0m\r\nb").shown().clone();
        assert_eq!(grid.lines_on_white().count(), 1);
        assert_eq!(grid.cursor(), (2, 1));
    }

    #[test]
    fn sequences_that_mean_nothing_here_leave_no_trace_cut_off_or_not() {
        assert_eq!(text("a\x1b]9;4;1;50\x1b\\b\x1b]0;title\x07c\x1b[Kd\x07"), "abcd\n");
        assert_eq!(text("a\x1b[38;5"), "a\n");
        assert_eq!(text("a\x1b"), "a\n");
    }

    #[test]
    fn the_part_from_a_line_on_is_from_the_last_such_line() {
        let screen = Screen::after("so 1\r\nx\r\nso 2\r\ny");
        let part = screen.main().from("so").unwrap();
        assert_eq!((part.text().as_str(), part.cursor()), ("so 2\ny\n", (1, 1)));
        assert_eq!(screen.main().from("no"), None);
    }
}
