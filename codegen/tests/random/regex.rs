//! Random texts that a regular expression of XML Schema matches, for the expressions that schemas commonly hold; none
//! where it is beyond this.

/// A text for the expression. `below` gives random numbers below a limit.
pub fn sample(expression: &str, below: &mut dyn FnMut(usize) -> usize) -> Option<String> {
    let letters: Vec<char> = expression.chars().collect();
    let mut sampler = Sampler { letters, at: 0, below };
    let text = sampler.alternatives()?;
    (sampler.at == sampler.letters.len()).then_some(text)
}

struct Sampler<'a> {
    letters: Vec<char>,
    at: usize,
    below: &'a mut dyn FnMut(usize) -> usize,
}

impl Sampler<'_> {
    fn peek(&self) -> Option<char> {
        self.letters.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let letter = self.peek()?;
        self.at += 1;
        Some(letter)
    }

    fn alternatives(&mut self) -> Option<String> {
        let mut all = vec![self.sequence()?];
        while self.peek() == Some('|') {
            self.at += 1;
            all.push(self.sequence()?);
        }
        let index = (self.below)(all.len());
        Some(all.swap_remove(index))
    }

    fn sequence(&mut self) -> Option<String> {
        let mut text = String::new();
        while self.peek().is_some_and(|letter| letter != '|' && letter != ')') {
            let start = self.at;
            let first = self.atom()?;
            let end = self.at;
            let (low, high) = self.quantifier()?;
            let after = self.at;
            let times = low + (self.below)(high - low + 1);
            if times > 0 {
                text.push_str(&first);
            }
            for _ in 1..times {
                self.at = start;
                text.push_str(&self.atom()?);
                self.at = end;
            }
            self.at = after;
        }
        Some(text)
    }

    fn quantifier(&mut self) -> Option<(usize, usize)> {
        Some(match self.peek() {
            Some('?') => {
                self.at += 1;
                (0, 1)
            }
            Some('*') => {
                self.at += 1;
                (0, 3)
            }
            Some('+') => {
                self.at += 1;
                (1, 4)
            }
            Some('{') => {
                self.at += 1;
                let low = self.number()?;
                let high = if self.peek() == Some(',') {
                    self.at += 1;
                    if self.peek() == Some('}') { low + 2 } else { self.number()? }
                } else {
                    low
                };
                (self.next()? == '}' && low <= high).then_some((low, high))?
            }
            _ => (1, 1),
        })
    }

    fn number(&mut self) -> Option<usize> {
        let start = self.at;
        while self.peek().is_some_and(|letter| letter.is_ascii_digit()) {
            self.at += 1;
        }
        self.letters[start..self.at].iter().collect::<String>().parse().ok()
    }

    fn atom(&mut self) -> Option<String> {
        match self.next()? {
            '(' => {
                let text = self.alternatives()?;
                (self.next()? == ')').then_some(text)
            }
            '[' => self.class().map(|letter| letter.to_string()),
            '.' => Some("x".to_owned()),
            '\\' => {
                let letter = self.next()?;
                self.escape(letter).map(|letter| letter.to_string())
            }
            letter => Some(letter.to_string()),
        }
    }

    fn escape(&mut self, letter: char) -> Option<char> {
        match letter {
            'd' => Some(char::from(b'0' + u8::try_from((self.below)(10)).ok()?)),
            'w' | 'i' | 'c' => Some('w'),
            's' => Some(' '),
            'S' | 'D' => Some('x'),
            'n' => Some('\n'),
            't' => Some('\t'),
            'p' | 'P' | 'W' => None,
            letter => Some(letter),
        }
    }

    fn class(&mut self) -> Option<char> {
        let negated = self.peek() == Some('^');
        if negated {
            self.at += 1;
        }
        let mut set: Vec<char> = Vec::new();
        loop {
            let letter = match self.next()? {
                ']' => break,
                '[' => return None,
                '\\' => {
                    let letter = self.next()?;
                    self.escape(letter)?
                }
                letter => letter,
            };
            let more = self.letters.get(self.at + 1).copied();
            if self.peek() == Some('-') && more.is_some_and(|letter| letter != ']' && letter != '\\') {
                self.at += 1;
                let last = self.next()?;
                set.extend((letter..=last).take(80));
            } else {
                set.push(letter);
            }
        }
        if negated {
            return "aZ5- _".chars().find(|letter| !set.contains(letter));
        }
        if set.is_empty() {
            return None;
        }
        let index = (self.below)(set.len());
        Some(set[index])
    }
}
