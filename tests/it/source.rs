//! The parsed source of the program for architecture tests: files, the items they define, and the names they use of
//! each other.
//!
//! Names are resolved like in the compiler, through modules, imports, globs and re-exports. Methods and fields are not
//! resolved, because that needs types. Test modules are left out.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::Visit;

/// A parsed source file.
pub struct SourceFile {
    /// Its path in the project, such as `src/bank/exam.rs`.
    pub name: String,
    pub text: String,
    syntax: syn::File,
    module: Vec<String>,
}

impl SourceFile {
    /// Returns the top-level module of the file: `tui` for `src/tui/app.rs`.
    pub fn top(&self) -> &str {
        top(&self.name)
    }
}

/// Returns the top-level module of a file by its path.
pub fn top(name: &str) -> &str {
    let rest = name.trim_start_matches("src/");
    rest.split(['/', '.']).next().unwrap_or(rest)
}

/// An item that other files can use.
pub struct PublicItem {
    pub file: String,
    pub line: usize,
    pub kind: &'static str,
    pub name: String,
    /// Whether it is `pub` without a restriction such as `pub(super)`.
    pub is_everywhere: bool,
    pub has_docs: bool,
}

/// A function with a body.
pub struct Function {
    pub file: String,
    pub name: String,
    pub line: usize,
    pub lines: usize,
}

/// A use of a name that another file or another crate defines.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Use {
    pub file: String,
    pub line: usize,
    pub path: String,
    /// The file that defines the name; `None` for a name of another crate.
    pub defined_in: Option<String>,
}

#[derive(Default)]
struct Module {
    /// The items of the module by name, with the file that defines them.
    items: HashMap<String, String>,
    children: BTreeSet<String>,
    /// The imported names with their full paths.
    imports: HashMap<String, Vec<String>>,
    globs: Vec<Vec<String>>,
}

/// All source files with their modules.
pub struct Source {
    pub files: Vec<SourceFile>,
    modules: HashMap<Vec<String>, Module>,
}

/// Returns the folder of the project.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Returns all files below a folder of the project with one of these extensions: path in the project and text, sorted.
pub fn files(folder: &str, endings: &[&str]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder") {
            let path: PathBuf = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| endings.iter().any(|known| ending == *known)) {
                let name = path.strip_prefix(root()).expect("inside").to_string_lossy().replace('\\', "/");
                found.push((name, std::fs::read_to_string(&path).expect("a text")));
            }
        }
    }
    found.sort();
    found
}

impl Source {
    /// Reads and parses all of `src`.
    pub fn read() -> Self {
        let file = |(name, text): (String, String)| {
            let syntax = syn::parse_file(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
            let path = name.trim_start_matches("src/").trim_end_matches(".rs");
            let module = if path == "lib" { Vec::new() } else { path.split('/').map(str::to_owned).collect() };
            SourceFile { name, text, syntax, module }
        };
        let files: Vec<_> =
            files("src", &["rs"]).into_iter().filter(|(name, _)| name != "src/main.rs").map(file).collect();
        let mut modules = HashMap::new();
        for file in &files {
            define(&mut modules, &file.module, &file.name, &file.syntax.items);
        }
        Self { files, modules }
    }

    /// Returns every use of a name of another file or another crate.
    pub fn uses(&self) -> Vec<Use> {
        let mut all = BTreeSet::new();
        for file in &self.files {
            let mut visitor = Paths { module: file.module.clone(), found: Vec::new() };
            visitor.visit_file(&file.syntax);
            for (module, path, line) in visitor.found {
                let defined_in = match self.resolve(&module, &path, 0) {
                    Resolved::File(other) if other == file.name => continue,
                    Resolved::File(other) => Some(other),
                    Resolved::Crate => None,
                    Resolved::Nothing => continue,
                };
                all.insert(Use { file: file.name.clone(), line, path: path.join("::"), defined_in });
            }
        }
        all.into_iter().collect()
    }

    /// Returns the types, traits and functions that are not private.
    pub fn public_items(&self) -> Vec<PublicItem> {
        let mut items = Vec::new();
        for file in &self.files {
            let mut visitor = Collected { file: &file.name, public_items: Vec::new(), functions: Vec::new() };
            visitor.visit_file(&file.syntax);
            items.extend(visitor.public_items);
        }
        items
    }

    /// Returns all functions with a body.
    pub fn functions(&self) -> Vec<Function> {
        let mut functions = Vec::new();
        for file in &self.files {
            let mut visitor = Collected { file: &file.name, public_items: Vec::new(), functions: Vec::new() };
            visitor.visit_file(&file.syntax);
            functions.extend(visitor.functions);
        }
        functions
    }

    /// Resolves a path from a module to the file of its last item that can be resolved without types.
    fn resolve(&self, module: &[String], path: &[String], depth: usize) -> Resolved {
        let Some((first, rest)) = path.split_first() else { return Resolved::Nothing };
        // Glob imports can form a cycle.
        if depth > 20 {
            return Resolved::Nothing;
        }
        match first.as_str() {
            "crate" => self.descend(&[], rest, depth),
            "self" => self.descend(module, rest, depth),
            "super" => self.descend(&module[..module.len().saturating_sub(1)], rest, depth),
            _ => match self.descend(module, path, depth) {
                Resolved::Nothing if !rest.is_empty() && !self.modules.contains_key(std::slice::from_ref(first)) => {
                    Resolved::Crate
                }
                found => found,
            },
        }
    }

    /// Resolves a path downward from a module.
    fn descend(&self, module: &[String], path: &[String], depth: usize) -> Resolved {
        let Some(known) = self.modules.get(module) else { return Resolved::Nothing };
        let Some((first, rest)) = path.split_first() else { return Resolved::Nothing };
        if first == "super" {
            return self.descend(&module[..module.len().saturating_sub(1)], rest, depth);
        }
        if let Some(file) = known.items.get(first) {
            return Resolved::File(file.clone());
        }
        if known.children.contains(first) {
            let child: Vec<_> = module.iter().chain([first]).cloned().collect();
            return if rest.is_empty() { Resolved::Nothing } else { self.descend(&child, rest, depth) };
        }
        if let Some(import) = known.imports.get(first) {
            let path: Vec<_> = import.iter().chain(rest).cloned().collect();
            return self.resolve(module, &path, depth + 1);
        }
        let through = known.globs.iter().map(|glob| {
            let path: Vec<_> = glob.iter().chain(path).cloned().collect();
            self.resolve(module, &path, depth + 1)
        });
        through.into_iter().find(|found| matches!(found, Resolved::File(_))).unwrap_or(Resolved::Nothing)
    }
}

enum Resolved {
    File(String),
    /// A name of another crate.
    Crate,
    Nothing,
}

/// Records what a module defines and imports.
fn define(modules: &mut HashMap<Vec<String>, Module>, module: &[String], file: &str, items: &[syn::Item]) {
    modules.entry(module.to_vec()).or_default();
    for item in items {
        let own = modules.entry(module.to_vec()).or_default();
        let name = match item {
            syn::Item::Const(item) => &item.ident,
            syn::Item::Enum(item) => &item.ident,
            syn::Item::Fn(item) => &item.sig.ident,
            syn::Item::Static(item) => &item.ident,
            syn::Item::Struct(item) => &item.ident,
            syn::Item::Trait(item) => &item.ident,
            syn::Item::Type(item) => &item.ident,
            syn::Item::Union(item) => &item.ident,
            syn::Item::Mod(item) => {
                own.children.insert(item.ident.to_string());
                if let Some((_, items)) = item.content.as_ref().filter(|_| !is_test(&item.attrs)) {
                    let child: Vec<_> = module.iter().cloned().chain([item.ident.to_string()]).collect();
                    define(modules, &child, file, items);
                }
                continue;
            }
            syn::Item::Use(item) => {
                import(own, &mut Vec::new(), &item.tree);
                continue;
            }
            syn::Item::Macro(item) => {
                // The macros of `ids.rs` define a type for each name they get.
                for name in made_by_macro(&item.mac.tokens) {
                    own.items.insert(name, file.to_owned());
                }
                continue;
            }
            _ => continue,
        };
        own.items.insert(name.to_string(), file.to_owned());
    }
}

/// Returns the type names among the top-level tokens of an item macro call.
fn made_by_macro(tokens: &TokenStream) -> Vec<String> {
    let names = tokens.clone().into_iter().filter_map(|token| match token {
        TokenTree::Ident(name) => Some(name.to_string()),
        _ => None,
    });
    names.filter(|name| name.starts_with(char::is_uppercase)).collect()
}

fn import(module: &mut Module, before: &mut Vec<String>, tree: &syn::UseTree) {
    match tree {
        syn::UseTree::Path(path) => {
            before.push(path.ident.to_string());
            import(module, before, &path.tree);
            before.pop();
        }
        syn::UseTree::Name(name) => {
            let name = name.ident.to_string();
            let (short, path) = match name.as_str() {
                "self" => (before.last().cloned().unwrap_or_default(), before.clone()),
                _ => (name.clone(), before.iter().cloned().chain([name]).collect()),
            };
            module.imports.insert(short, path);
        }
        syn::UseTree::Rename(rename) => {
            let path = before.iter().cloned().chain([rename.ident.to_string()]).collect();
            module.imports.insert(rename.rename.to_string(), path);
        }
        syn::UseTree::Glob(_) => module.globs.push(before.clone()),
        syn::UseTree::Group(group) => group.items.iter().for_each(|tree| import(module, before, tree)),
    }
}

fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg") && attribute.parse_args::<syn::Path>().is_ok_and(|what| what.is_ident("test"))
    })
}

/// Collects every path with its module and line.
struct Paths {
    module: Vec<String>,
    found: Vec<(Vec<String>, Vec<String>, usize)>,
}

impl Paths {
    fn add(&mut self, path: Vec<String>, line: usize) {
        self.found.push((self.module.clone(), path, line));
    }

    /// Collects the paths in the tokens of a macro call, which are not parsed yet. A single lower-case name could be a
    /// variable, so it counts only before a bracket.
    fn tokens(&mut self, tokens: TokenStream) {
        let tokens: Vec<_> = tokens.into_iter().collect();
        let mut at = 0;
        while at < tokens.len() {
            match &tokens[at] {
                TokenTree::Group(group) => self.tokens(group.stream()),
                TokenTree::Ident(first) => {
                    let line = first.span().start().line;
                    let mut path = vec![first.to_string()];
                    while let [TokenTree::Punct(one), TokenTree::Punct(two), TokenTree::Ident(next), ..] =
                        &tokens[at + 1..]
                        && (one.as_char(), two.as_char()) == (':', ':')
                    {
                        path.push(next.to_string());
                        at += 3;
                    }
                    let called = matches!(tokens.get(at + 1), Some(TokenTree::Group(_)));
                    let before = at.checked_sub(path.len() * 3 - 2).and_then(|at| tokens.get(at));
                    let member = matches!(before, Some(TokenTree::Punct(dot)) if dot.as_char() == '.');
                    if !member && (path.len() > 1 || called || path[0].starts_with(char::is_uppercase)) {
                        self.add(path, line);
                    }
                }
                _ => {}
            }
            at += 1;
        }
    }

    fn imports(&mut self, before: &mut Vec<String>, tree: &syn::UseTree) {
        match tree {
            syn::UseTree::Path(path) => {
                before.push(path.ident.to_string());
                self.imports(before, &path.tree);
                before.pop();
            }
            syn::UseTree::Name(name) => {
                let own = name.ident.to_string();
                let path = before.iter().cloned().chain(Some(own).filter(|own| own != "self")).collect();
                self.add(path, name.ident.span().start().line);
            }
            syn::UseTree::Rename(rename) => {
                let path = before.iter().cloned().chain([rename.ident.to_string()]).collect();
                self.add(path, rename.ident.span().start().line);
            }
            // A glob of another crate counts as a use. Names from a glob of this crate count where they are used.
            syn::UseTree::Glob(glob) => {
                let path = before.iter().cloned().chain(["*".to_owned()]).collect();
                self.add(path, glob.star_token.span.start().line);
            }
            syn::UseTree::Group(group) => group.items.iter().for_each(|tree| self.imports(before, tree)),
        }
    }
}

impl<'ast> Visit<'ast> for Paths {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names: Vec<_> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        let line = path.segments.first().map_or(0, |segment| segment.ident.span().start().line);
        self.add(names, line);
        syn::visit::visit_path(self, path);
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        // A re-export is not a use: the files that import the name through it count.
        if matches!(item.vis, syn::Visibility::Inherited) {
            self.imports(&mut Vec::new(), &item.tree);
        }
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !is_test(&item.attrs) && item.content.is_some() {
            self.module.push(item.ident.to_string());
            syn::visit::visit_item_mod(self, item);
            self.module.pop();
        }
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.tokens(call.tokens.clone());
    }

    fn visit_item_macro(&mut self, item: &'ast syn::ItemMacro) {
        // The body of a `macro_rules!` definition is a pattern, not a use.
        if item.ident.is_none() {
            syn::visit::visit_item_macro(self, item);
        }
    }
}

struct Collected<'a> {
    file: &'a str,
    public_items: Vec<PublicItem>,
    functions: Vec<Function>,
}

impl Collected<'_> {
    fn item(
        &mut self,
        kind: &'static str,
        ident: &syn::Ident,
        public: &syn::Visibility,
        attributes: &[syn::Attribute],
    ) {
        if !matches!(public, syn::Visibility::Inherited) {
            let has_docs = attributes.iter().any(|attribute| attribute.path().is_ident("doc"));
            let (file, line) = (self.file.to_owned(), ident.span().start().line);
            let is_everywhere = matches!(public, syn::Visibility::Public(_));
            self.public_items.push(PublicItem { file, line, kind, name: ident.to_string(), is_everywhere, has_docs });
        }
    }

    fn function(&mut self, ident: &syn::Ident, block: &syn::Block) {
        let (first, last) = (block.brace_token.span.open().start().line, block.brace_token.span.close().end().line);
        let (file, name) = (self.file.to_owned(), ident.to_string());
        self.functions.push(Function { file, name, line: first, lines: last - first + 1 });
    }
}

impl<'ast> Visit<'ast> for Collected<'_> {
    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        self.item("type", &item.ident, &item.vis, &item.attrs);
    }

    fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
        self.item("type", &item.ident, &item.vis, &item.attrs);
    }

    fn visit_item_type(&mut self, item: &'ast syn::ItemType) {
        self.item("type", &item.ident, &item.vis, &item.attrs);
    }

    fn visit_item_trait(&mut self, item: &'ast syn::ItemTrait) {
        self.item("trait", &item.ident, &item.vis, &item.attrs);
        syn::visit::visit_item_trait(self, item);
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.item("function", &item.sig.ident, &item.vis, &item.attrs);
        self.function(&item.sig.ident, &item.block);
        syn::visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.item("function", &item.sig.ident, &item.vis, &item.attrs);
        self.function(&item.sig.ident, &item.block);
        syn::visit::visit_impl_item_fn(self, item);
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !is_test(&item.attrs) {
            syn::visit::visit_item_mod(self, item);
        }
    }
}

/// Returns the groups of files that use each other in a cycle. Each pair is a file and a file that it uses.
pub fn cycles(edges: &BTreeSet<(String, String)>) -> Vec<Vec<String>> {
    let mut after: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (from, to) in edges {
        after.entry(from).or_default().push(to);
        after.entry(to).or_default();
    }
    // The files reachable from each file. The source is small, so a search from each file is fast enough.
    let reach: BTreeMap<&str, BTreeSet<&str>> = after
        .keys()
        .map(|start| {
            let (mut seen, mut open) = (BTreeSet::new(), vec![*start]);
            while let Some(file) = open.pop() {
                open.extend(after[file].iter().filter(|next| seen.insert(**next)));
            }
            (*start, seen)
        })
        .collect();
    let mut cycles = BTreeSet::new();
    for (file, reached) in &reach {
        let cycle: Vec<_> =
            reached.iter().filter(|other| reach[*other].contains(file)).map(ToString::to_string).collect();
        if !cycle.is_empty() {
            cycles.insert(cycle);
        }
    }
    cycles.into_iter().collect()
}
