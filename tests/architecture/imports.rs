//! Reads which file of `src` imports which, from the text of `use` declarations and paths.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// A module's path, without `crate`.
pub type Module = Vec<String>;

/// Who imports whom.
pub struct Imports {
    modules: BTreeSet<Module>,
    pairs: BTreeSet<(Module, Module)>,
}

/// A name that a module imports: the module it stands in, and the name.
type Name = (Module, Option<String>);

impl Imports {
    /// Those of this project.
    pub fn read() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut files = Vec::new();
        collect(&root, &mut files);
        let named = files.iter().filter(|file| !file.ends_with("main.rs")).map(|file| {
            let path = file.strip_prefix(&root).unwrap().with_extension("");
            let mut module: Module = path.iter().map(|part| part.to_string_lossy().into_owned()).collect();
            if matches!(module.last().map(String::as_str), Some("mod" | "lib")) {
                module.pop();
            }
            (module, fs::read_to_string(file).unwrap())
        });
        Self::of(named.collect::<Vec<_>>())
    }

    /// Those of some modules with their text.
    pub fn of(files: impl IntoIterator<Item = (Module, String)>) -> Self {
        let files: Vec<(Module, String)> = files.into_iter().map(|(module, text)| (module, code(&text))).collect();
        let modules: BTreeSet<Module> = files.iter().map(|(module, _)| module.clone()).collect();
        let mut exports: BTreeMap<Name, Name> = BTreeMap::new();
        let mut uses: Vec<(Module, Name)> = Vec::new();
        for (module, text) in &files {
            for (is_export, path) in declarations(text) {
                let Some(name) = resolve(&path, module, &modules) else { continue };
                if is_export {
                    exports.insert((module.clone(), last(&path)), name);
                } else {
                    uses.push((module.clone(), name));
                }
            }
            uses.extend(paths(text).filter_map(|path| Some((module.clone(), resolve(&path, module, &modules)?))));
        }
        let pairs = uses.into_iter().map(|(from, name)| (from, origin(name, &exports)));
        let pairs = pairs.filter(|(from, to)| from != to && !to.is_empty() && !from.is_empty());
        Self { pairs: pairs.collect(), modules }
    }

    /// The modules right below the crate.
    pub fn top_modules(&self) -> BTreeSet<String> {
        self.modules.iter().filter_map(|module| module.first().cloned()).collect()
    }

    /// Each module with each module it imports.
    pub fn pairs(&self) -> impl Iterator<Item = &(Module, Module)> {
        self.pairs.iter()
    }

    /// Sets of modules that import each other in a circle.
    pub fn circles(&self) -> Vec<Vec<String>> {
        let reached: BTreeMap<&Module, BTreeSet<&Module>> =
            self.modules.iter().map(|module| (module, self.reached(module))).collect();
        let mut circles: BTreeSet<Vec<String>> = BTreeSet::new();
        for (module, others) in &reached {
            let back = others.iter().filter(|other| reached[**other].contains(*module));
            let circle: BTreeSet<String> = back.map(|other| other.join("::")).collect();
            if circle.len() > 1 {
                circles.insert(circle.into_iter().collect());
            }
        }
        circles.into_iter().collect()
    }

    /// The modules that imports lead to from one.
    fn reached<'a>(&'a self, from: &'a Module) -> BTreeSet<&'a Module> {
        let mut reached = BTreeSet::new();
        let mut open = vec![from];
        while let Some(module) = open.pop() {
            for (_, to) in self.pairs.iter().filter(|(one, _)| one == module) {
                if reached.insert(to) {
                    open.push(to);
                }
            }
        }
        reached
    }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// The text without comments and without its tests.
fn code(text: &str) -> String {
    let text = text.split_once("#[cfg(test)]\nmod tests").map_or(text, |(code, _)| code);
    let lines = text.lines().map(|line| line.split_once("//").map_or(line, |(code, _)| code));
    // A visibility names a module without importing it.
    lines.collect::<Vec<_>>().join("\n").replace("pub(in crate::", "pub(in ")
}

/// The paths of `use` declarations, and whether they are exports.
fn declarations(text: &str) -> Vec<(bool, String)> {
    let mut all = Vec::new();
    for statement in text.split(';') {
        let Some(start) = use_start(statement) else { continue };
        let before = statement[..start].lines().next_back().unwrap_or_default().trim();
        let tree: String = statement[start + 4..].split_whitespace().collect::<Vec<_>>().join(" ");
        expand(&tree, &mut |path| all.push((before.starts_with("pub"), path)));
    }
    all
}

/// Where the last `use` of a statement starts, if it starts a line.
fn use_start(statement: &str) -> Option<usize> {
    statement.rmatch_indices("use ").map(|(at, _)| at).find(|at| {
        let line = statement[..*at].rsplit('\n').next().unwrap_or_default().trim();
        line.is_empty() || (line.starts_with("pub") && !line.contains("fn "))
    })
}

/// Tells each path of a `use` tree.
fn expand(tree: &str, tell: &mut impl FnMut(String)) {
    let Some((before, rest)) = tree.split_once('{') else {
        return tell(tree.split(" as ").next().unwrap_or_default().trim().to_owned());
    };
    let inner = rest.rsplit_once('}').map_or(rest, |(inner, _)| inner);
    let (mut depth, mut start) = (0, 0);
    let mut parts = Vec::new();
    for (at, sign) in inner.char_indices() {
        match sign {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&inner[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&inner[start..]);
    for part in parts.into_iter().map(str::trim).filter(|part| !part.is_empty()) {
        expand(&format!("{}{part}", before.trim()), tell);
    }
}

/// Paths in the code that name a module from the crate's root or from the one above.
fn paths(text: &str) -> impl Iterator<Item = String> {
    let is_use = |line: &&str| line.trim_start().trim_start_matches("pub ").starts_with("use ");
    let text = text.lines().filter(move |line| !is_use(line));
    text.flat_map(words)
}

fn words(line: &str) -> impl Iterator<Item = String> {
    let is_part = |sign: char| sign.is_alphanumeric() || sign == '_' || sign == ':';
    let words = line.split(move |sign: char| !is_part(sign));
    words.filter(|word| word.starts_with("crate::") || word.starts_with("super::")).map(str::to_owned)
}

/// The module that a path leads to, and the name in it.
fn resolve(path: &str, from: &Module, modules: &BTreeSet<Module>) -> Option<Name> {
    let mut parts = path.split("::").filter(|part| !part.is_empty()).peekable();
    let mut at = from.clone();
    match parts.peek().copied()? {
        "crate" => {
            at.clear();
            parts.next();
        }
        "self" => drop(parts.next()),
        "super" => {
            while parts.next_if_eq(&"super").is_some() {
                at.pop();
            }
        }
        first if !modules.contains(&[from.as_slice(), &[first.to_owned()]].concat()) => return None,
        _ => {}
    }
    while let Some(part) = parts.peek() {
        let next = [at.as_slice(), &[(*part).to_owned()]].concat();
        if !modules.contains(&next) {
            break;
        }
        at = next;
        parts.next();
    }
    Some((at, parts.next().filter(|part| *part != "self").map(str::to_owned)))
}

fn last(path: &str) -> Option<String> {
    path.rsplit("::").find(|part| *part != "self").map(str::to_owned)
}

/// The module that a name comes from in the end, through exports.
fn origin(name: Name, exports: &BTreeMap<Name, Name>) -> Module {
    let mut name = name;
    for _ in 0..8 {
        match exports.get(&name) {
            Some(next) if *next != name => name = next.clone(),
            _ => break,
        }
    }
    name.0
}
