//! Modules that need each other in a circle: none of them can be read, tested or moved without all the others.

mod imports;
mod lexer;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use self::imports::{Path, Source};
use super::{Finding, sources::rust_files};
use crate::repository::{Repository, TextFile};

/// Where a module stands below the root of its crate.
type Module<'t> = Vec<&'t str>;

/// A module's neighbours, and where it names each.
type Edges<'t> = BTreeMap<Module<'t>, BTreeMap<Module<'t>, &'t Path<'t>>>;

/// No module of a crate needs, by way of others, itself.
///
/// A module needs the files that define what it names. What a file re-exports of another by name is the other's, and to
/// re-export is not to need; what it re-exports by `*` is taken for its own. A module and those inside of it are one, so what
/// they name of each other does not count. Nor do tests.
pub(super) fn of_modules(repository: &Repository) -> Vec<Finding> {
    let mut roots: BTreeMap<&str, Vec<&TextFile>> = BTreeMap::new();
    for file in rust_files(repository, "") {
        if let Some((root, _)) = root_and_path(file) {
            roots.entry(root).or_default().push(file);
        }
    }
    let mut findings = Vec::new();
    for files in roots.into_values() {
        let sources: Vec<(&TextFile, Source<'_>)> = files
            .into_iter()
            .map(|file| (file, Source::read(&file.text)))
            .collect();
        findings.extend(Crate::of(&sources).findings());
    }
    findings
}

/// The directory of a crate's sources, and where in it the file is. Programs in `bin/` are crates of their own.
fn root_and_path(file: &TextFile) -> Option<(&str, &str)> {
    let before = file.path.find("/src/")? + "/src".len();
    let (root, path) = file.path.split_at(before);
    let path = path.strip_prefix('/')?;
    (!path.starts_with("bin/")).then_some((root, path))
}

fn module_of(path: &str) -> Module<'_> {
    let path = path.strip_suffix(".rs").unwrap_or(path);
    let mut module: Module<'_> = path.split('/').collect();
    match module.as_slice() {
        ["lib" | "main"] | [.., "mod"] => drop(module.pop()),
        _ => {}
    }
    module
}

struct Crate<'t> {
    modules: BTreeMap<Module<'t>, (&'t TextFile, &'t Source<'t>)>,
    /// By module: what it re-exports, and where that leads.
    exports: BTreeMap<Module<'t>, BTreeMap<&'t str, Module<'t>>>,
}

impl<'t> Crate<'t> {
    fn of(sources: &'t [(&'t TextFile, Source<'t>)]) -> Self {
        let mut modules = BTreeMap::new();
        let mut tests = Vec::new();
        for (file, source) in sources {
            let path = root_and_path(file).map(|(_, path)| path);
            let module = module_of(path.unwrap_or_default());
            for name in &source.tests {
                tests.push([module.as_slice(), &[name]].concat());
            }
            modules.insert(module, (*file, source));
        }
        modules.retain(|module, _| !tests.iter().any(|test| module.starts_with(test)));
        let mut all = Self {
            modules,
            exports: BTreeMap::new(),
        };
        let mut exports: BTreeMap<_, BTreeMap<_, _>> = BTreeMap::new();
        for (module, (_, source)) in &all.modules {
            for import in source.imports.iter().filter(|import| import.is_export) {
                if let Some(target) = all.absolute(module, &import.path) {
                    let exports = exports.entry(module.clone()).or_default();
                    exports.insert(import.name, target);
                }
            }
        }
        all.exports = exports;
        all
    }

    /// Where a path in `module` leads, from the root of the crate on; `None` where it leads out of the crate.
    fn absolute(&self, module: &[&'t str], path: &Path<'t>) -> Option<Module<'t>> {
        self.anchored(module, path).or_else(|| {
            // It begins with what the file has imported.
            let (first, rest) = path.segments.split_first()?;
            let (_, source) = self.modules.get(module)?;
            let import = source.imports.iter().find(|it| it.name == *first)?;
            let imported = self.anchored(module, &import.path)?;
            Some([imported.as_slice(), rest].concat())
        })
    }

    fn anchored(&self, module: &[&'t str], path: &Path<'t>) -> Option<Module<'t>> {
        let mut here = [module, path.scope.as_slice()].concat();
        let (first, mut rest) = path.segments.split_first()?;
        match *first {
            "crate" => here.clear(),
            "self" => {}
            "super" => {
                here.pop();
                while let Some(("super", behind)) = rest.split_first().map(|(a, b)| (*a, b)) {
                    here.pop();
                    rest = behind;
                }
            }
            name => {
                here.push(name);
                if !self.modules.contains_key(&here) {
                    return None;
                }
            }
        }
        Some([here.as_slice(), rest].concat())
    }

    /// The module whose file defines what is at `path`, through whatever re-exports it.
    fn defining(&self, path: &[&'t str]) -> Option<Module<'t>> {
        /// Re-exports of re-exports; more than anybody writes, and an end where they go round.
        const MOST: usize = 9;
        let mut path = path.to_vec();
        for _ in 0..MOST {
            let length = (0..=path.len()).rev();
            let mut prefixes = length.filter_map(|length| path.get(..length));
            let module = prefixes.find(|prefix| self.modules.contains_key(*prefix))?;
            let rest = path.get(module.len()..).unwrap_or_default();
            let exported = rest.split_first().and_then(|(name, rest)| {
                let target = self.exports.get(module)?.get(name)?;
                Some([target.as_slice(), rest].concat())
            });
            match exported {
                Some(target) if target != path => path = target,
                _ => return Some(module.to_vec()),
            }
        }
        None
    }

    fn edges(&self) -> Edges<'t> {
        let mut edges = Edges::new();
        for (module, (_, source)) in &self.modules {
            let imports = source.imports.iter().filter(|import| !import.is_export);
            let paths = imports.map(|import| &import.path).chain(&source.mentions);
            let neighbours = edges.entry(module.clone()).or_default();
            for path in paths {
                let absolute = self.absolute(module, path);
                let target = absolute.and_then(|absolute| self.defining(&absolute));
                let Some(target) = target else { continue };
                let is_one = target.starts_with(module) || module.starts_with(&target);
                if !is_one {
                    neighbours.entry(target).or_insert(path);
                }
            }
        }
        edges
    }

    /// The shortest circles, of which no two have a module in common.
    fn findings(&self) -> Vec<Finding> {
        let edges = self.edges();
        let mut circles: Vec<Vec<Module<'t>>> = edges
            .keys()
            .filter_map(|module| shortest_circle(&edges, module))
            .collect();
        circles.sort_by_key(Vec::len);
        let mut told: BTreeSet<Module<'t>> = BTreeSet::new();
        let mut findings = Vec::new();
        for circle in circles {
            if !circle.iter().any(|module| told.contains(module)) {
                findings.extend(self.finding(&edges, &circle));
                told.extend(circle);
            }
        }
        findings
    }

    /// At the import that closes the circle, which is that of its last module.
    fn finding(&self, edges: &Edges<'t>, circle: &[Module<'t>]) -> Option<Finding> {
        let mut place = String::new();
        let mut steps = Vec::new();
        for (module, next) in circle.iter().zip(circle.iter().cycle().skip(1)) {
            let (file, _) = self.modules.get(module)?;
            let path = edges.get(module)?.get(next)?;
            let (_, name) = root_and_path(file)?;
            place = format!("{}:{}", file.path, path.line);
            let (imported, line) = (path.segments.join("::"), path.line);
            steps.push(format!("{name} names `{imported}` (line {line})"));
        }
        let steps = steps.join(", ");
        Some(Finding::new(
            place,
            format!(
                "this closes a circle of modules: {steps}; move the type that one of them names, or the function that names it, to a module that does not need the other"
            ),
        ))
    }
}

/// The shortest way from a module back to itself.
fn shortest_circle<'t>(edges: &Edges<'t>, start: &Module<'t>) -> Option<Vec<Module<'t>>> {
    let mut reached_from: BTreeMap<&Module<'t>, &Module<'t>> = BTreeMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(module) = queue.pop_front() {
        for next in edges.get(module).into_iter().flat_map(BTreeMap::keys) {
            if next == start {
                let mut circle = vec![module.clone()];
                let mut at = module;
                while let Some(before) = reached_from.get(at) {
                    circle.push((*before).clone());
                    at = before;
                }
                circle.reverse();
                return Some(circle);
            }
            if !reached_from.contains_key(next) {
                reached_from.insert(next, module);
                queue.push_back(next);
            }
        }
    }
    None
}
