//! From text to a tree, and from the tree to steps on a stack.

use super::{Function, Step};

/// A formula before names and sums are resolved.
#[derive(Clone, Debug)]
pub(super) enum Tree {
    Number(f64),
    Name(String),
    Indexed(String, Box<Tree>),
    Negate(Box<Tree>),
    Binary(char, Box<Tree>, Box<Tree>),
    Call(String, Vec<Tree>),
    Sum {
        body: Box<Tree>,
        index: String,
        first: Box<Tree>,
        last: Box<Tree>,
    },
}

type Parsed<T> = Result<T, String>;

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Number(f64),
    Name(String),
    Symbol(char),
}

/// Reads a whole text.
pub(super) fn tree(text: &str) -> Parsed<Tree> {
    let mut reader = Reader {
        tokens: tokens(text)?,
        next: 0,
    };
    let tree = reader.sum()?;
    match reader.peek() {
        None => Ok(tree),
        Some(token) => Err(format!("unexpected {token:?}")),
    }
}

fn tokens(text: &str) -> Parsed<Vec<Token>> {
    let mut list = Vec::new();
    let bytes = text.as_bytes();
    let mut i = 0;
    while i < bytes.len() {
        let start = i;
        let c = bytes[i] as char;
        if c.is_ascii_whitespace() {
            i += 1;
        } else if c.is_ascii_digit() || c == '.' {
            while i < bytes.len() && is_in_number(bytes, start, i) {
                i += 1;
            }
            let digits = &text[start..i];
            let value = digits.parse();
            list.push(Token::Number(
                value.map_err(|_| format!("{digits} is no number"))?,
            ));
        } else if c.is_ascii_alphabetic() || c == '_' {
            while i < bytes.len() && (bytes[i].is_ascii_alphanumeric() || bytes[i] == b'_') {
                i += 1;
            }
            list.push(Token::Name(text[start..i].to_owned()));
        } else if "+-*/^()[],".contains(c) {
            list.push(Token::Symbol(c));
            i += 1;
        } else {
            return Err(format!("unexpected character '{c}'"));
        }
    }
    Ok(list)
}

/// Digits, points, an exponent mark, and a sign right after it.
fn is_in_number(bytes: &[u8], start: usize, i: usize) -> bool {
    match bytes[i] {
        b'0'..=b'9' | b'.' => true,
        b'e' | b'E' => i > start,
        b'+' | b'-' => i > start && matches!(bytes[i - 1], b'e' | b'E'),
        _ => false,
    }
}

struct Reader {
    tokens: Vec<Token>,
    next: usize,
}

impl Reader {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next)
    }

    fn take(&mut self, symbol: char) -> bool {
        let found = self.peek() == Some(&Token::Symbol(symbol));
        self.next += usize::from(found);
        found
    }

    fn expect(&mut self, symbol: char) -> Parsed<()> {
        if self.take(symbol) {
            Ok(())
        } else {
            Err(format!("expected '{symbol}'"))
        }
    }

    fn word(&mut self, word: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Name(name)) if name == word);
        self.next += usize::from(found);
        found
    }

    /// Terms joined by + and −.
    fn sum(&mut self) -> Parsed<Tree> {
        let mut left = self.product()?;
        while let Some(sign) = ['+', '-'].into_iter().find(|s| self.take(*s)) {
            left = Tree::Binary(sign, Box::new(left), Box::new(self.product()?));
        }
        Ok(left)
    }

    /// Factors joined by * and /.
    fn product(&mut self) -> Parsed<Tree> {
        let mut left = self.signed()?;
        while let Some(sign) = ['*', '/'].into_iter().find(|s| self.take(*s)) {
            left = Tree::Binary(sign, Box::new(left), Box::new(self.signed()?));
        }
        Ok(left)
    }

    /// A power with signs before it.
    fn signed(&mut self) -> Parsed<Tree> {
        if self.take('-') {
            return Ok(Tree::Negate(Box::new(self.signed()?)));
        }
        if self.take('+') {
            return self.signed();
        }
        let base = self.atom()?;
        if self.take('^') {
            let exponent = self.signed()?;
            return Ok(Tree::Binary('^', Box::new(base), Box::new(exponent)));
        }
        Ok(base)
    }

    fn atom(&mut self) -> Parsed<Tree> {
        let token = self.peek().cloned().ok_or("unexpected end")?;
        self.next += 1;
        match token {
            Token::Number(value) => Ok(Tree::Number(value)),
            Token::Symbol('(') => {
                let tree = self.sum()?;
                self.expect(')')?;
                Ok(tree)
            }
            Token::Name(name) if self.take('(') => self.call(name),
            Token::Name(name) if self.take('[') => {
                let index = self.sum()?;
                self.expect(']')?;
                Ok(Tree::Indexed(name, Box::new(index)))
            }
            Token::Name(name) => Ok(Tree::Name(name)),
            Token::Symbol(c) => Err(format!("unexpected '{c}'")),
        }
    }

    /// The arguments of a function, or `body for j in R(a,b)`.
    fn call(&mut self, name: String) -> Parsed<Tree> {
        let mut arguments = vec![self.sum()?];
        if name == "sum" {
            if !self.word("for") {
                return Err("expected 'for'".to_owned());
            }
            let Some(Token::Name(index)) = self.peek().cloned() else {
                return Err("expected an index".to_owned());
            };
            self.next += 1;
            if !(self.word("in") && self.word("R")) {
                return Err("expected 'in R'".to_owned());
            }
            self.expect('(')?;
            let first = Box::new(self.sum()?);
            self.expect(',')?;
            let last = Box::new(self.sum()?);
            self.expect(')')?;
            self.expect(')')?;
            let body = Box::new(arguments.remove(0));
            return Ok(Tree::Sum {
                body,
                index,
                first,
                last,
            });
        }
        while self.take(',') {
            arguments.push(self.sum()?);
        }
        self.expect(')')?;
        Ok(Tree::Call(name, arguments))
    }
}

impl Tree {
    /// Appends the steps of this tree; `indices` are those of the sums around it.
    pub(super) fn lower(
        &self,
        names: &[String],
        indices: &mut Vec<(String, f64)>,
        steps: &mut Vec<Step>,
    ) -> Parsed<()> {
        match self {
            Tree::Number(value) => steps.push(Step::Number(*value)),
            Tree::Name(name) => {
                let index = indices.iter().rev().find(|(other, _)| other == name);
                steps.push(match index {
                    Some((_, value)) => Step::Number(*value),
                    None => Step::Variable(position(names, name)?),
                });
            }
            Tree::Indexed(name, index) => {
                let name = format!("{name}[{}]", index.integer(names, indices)?);
                steps.push(Step::Variable(position(names, &name)?));
            }
            Tree::Negate(tree) => {
                tree.lower(names, indices, steps)?;
                push(steps, Step::Negate);
            }
            Tree::Binary(sign, left, right) => {
                left.lower(names, indices, steps)?;
                right.lower(names, indices, steps)?;
                operation(steps, *sign);
            }
            Tree::Call(name, arguments) => {
                for argument in arguments {
                    argument.lower(names, indices, steps)?;
                }
                let step = Step::Call(function(name)?);
                if step.arguments() != arguments.len() {
                    return Err(format!("{name} has {} arguments", arguments.len()));
                }
                push(steps, step);
            }
            Tree::Sum {
                body,
                index,
                first,
                last,
            } => {
                let first = first.integer(names, indices)?;
                let last = last.integer(names, indices)?;
                steps.push(Step::Number(0.0));
                for i in first..=last {
                    indices.push((index.clone(), i as f64));
                    body.lower(names, indices, steps)?;
                    indices.pop();
                    push(steps, Step::Add);
                }
            }
        }
        Ok(())
    }

    /// The value of a tree without variables, an integer.
    fn integer(&self, names: &[String], indices: &mut Vec<(String, f64)>) -> Parsed<i64> {
        let mut steps = Vec::new();
        self.lower(names, indices, &mut steps)?;
        match steps[..] {
            [Step::Number(value)] if value.fract() == 0.0 => Ok(value as i64),
            _ => Err(format!("{self:?} is no integer")),
        }
    }
}

/// Appends + − * / or a power; an exponent that is a number is part of the step.
fn operation(steps: &mut Vec<Step>, sign: char) {
    let step = match (sign, steps.last()) {
        ('+', _) => Step::Add,
        ('-', _) => Step::Subtract,
        ('*', _) => Step::Multiply,
        ('/', _) => Step::Divide,
        (_, Some(Step::Number(p))) if steps.len() > 1 => {
            let p = *p;
            steps.pop();
            if p.fract() == 0.0 && p.abs() <= 64.0 {
                Step::IntegerPower(p as i32)
            } else {
                Step::RealPower(p)
            }
        }
        _ => Step::Power,
    };
    push(steps, step);
}

/// Appends a step, or computes it when its arguments are numbers.
fn push(steps: &mut Vec<Step>, step: Step) {
    let n = steps.len();
    let folded = match (step.arguments(), &steps[..]) {
        (1, [.., Step::Number(a)]) => Some(step.apply(*a, 0.0)),
        (2, [.., Step::Number(a), Step::Number(b)]) => Some(step.apply(*a, *b)),
        _ => None,
    };
    match folded {
        Some(value) => {
            steps.truncate(n - step.arguments());
            steps.push(Step::Number(value));
        }
        None => steps.push(step),
    }
}

fn position(names: &[String], name: &str) -> Parsed<usize> {
    let found = names.iter().position(|other| other == name);
    found.ok_or_else(|| format!("unknown name {name}"))
}

fn function(name: &str) -> Parsed<Function> {
    Ok(match name {
        "exp" => Function::Exp,
        "ln" | "log" => Function::Ln,
        "sqrt" => Function::Sqrt,
        "sin" => Function::Sin,
        "cos" => Function::Cos,
        "tan" => Function::Tan,
        "atan" => Function::Atan,
        "abs" => Function::Abs,
        "min" => Function::Min,
        "max" => Function::Max,
        _ => return Err(format!("unknown function {name}")),
    })
}
