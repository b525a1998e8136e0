//! One operation: a struct, its setters, and what it sends and reads.

use clerk_catalogue::ir::{
    Api, Authorization, BasePath, Body, Content, Definition, Operation, Paging, Retry, Segment, Ty,
};

use crate::input::{Input, Store};
use crate::output::rust_type;
use crate::source::{Quoted, Source};
use crate::{Error, prose};

/// The arguments of its constructor, as they stand in a signature.
pub(crate) fn arguments(api: &Api, operation: &Operation) -> Result<String, Error> {
    let mut arguments = Vec::new();
    for input in Input::all(operation).filter(Input::is_argument) {
        arguments.push(format!("{}: {}", input.ident(), input.argument(api)?));
    }
    if let Body::List { item, .. } = &operation.body {
        let item = rust_type(item);
        arguments.push(format!("items: impl IntoIterator<Item = models::{item}>"));
    }
    Ok(arguments.join(", "))
}

/// The type of what it brings back.
pub(crate) fn output(operation: &Operation) -> String {
    match &operation.answer.content {
        Content::Empty => "()".to_owned(),
        Content::Text => "String".to_owned(),
        Content::Page(item) => format!("Page<{}>", in_models(item)),
        Content::Json(Ty::List(item)) if operation.paging.is_some() => {
            format!("Page<{}>", in_models(item))
        }
        Content::Json(content) => in_models(content),
    }
}

/// What a list is of, if it comes in pages.
pub(crate) fn item(operation: &Operation) -> Option<String> {
    operation.paging?;
    match &operation.answer.content {
        Content::Page(item) => Some(in_models(item)),
        Content::Json(Ty::List(item)) => Some(in_models(item)),
        _ => None,
    }
}

fn in_models(ty: &Ty) -> String {
    match ty {
        Ty::Named(name) => format!("models::{name}"),
        Ty::List(item) => format!("Vec<{}>", in_models(item)),
        ty => rust_type(ty),
    }
}

/// What links an item called `name` to the operation's other names.
pub(crate) fn aliases(source: &mut Source, margin: &str, operation: &Operation, name: &str) {
    let mut names = vec![operation.id.as_str()];
    // The search of rustdoc takes whole names only, and finds them in any case.
    let method = operation
        .alias
        .iter()
        .filter_map(|of| of.split('.').next_back());
    names.extend(method.filter(|method| !method.eq_ignore_ascii_case(&operation.id)));
    names.retain(|alias| *alias != name);
    let names: Vec<String> = names
        .iter()
        .map(|alias| Quoted(alias).to_string())
        .collect();
    match names.as_slice() {
        [] => {}
        [one] => source.push(format_args!("{margin}#[doc(alias = {one})]")),
        _ => source.push(format_args!("{margin}#[doc(alias({}))]", names.join(", "))),
    }
    if let Some(alias) = &operation.alias {
        source.push(format_args!("{margin}#[doc(alias = {})]", Quoted(alias)));
    }
    if operation.deprecated {
        source.push(format_args!(
            "{margin}#[deprecated = \"Clerk discourages its use\"]"
        ));
    }
}

/// The whole operation.
pub(crate) fn write(source: &mut Source, api: &Api, operation: &Operation) -> Result<(), Error> {
    let writer = Writer { api, operation };
    writer.declaration(source);
    writer.setters(source)?;
    writer.behaviour(source);
    Ok(())
}

struct Writer<'a> {
    api: &'a Api,
    operation: &'a Operation,
}

impl Writer<'_> {
    fn inputs(&self) -> impl Iterator<Item = Input<'_>> {
        Input::all(self.operation)
    }

    /// The fields beside the path's, with their types.
    fn stores(&self) -> Vec<(&'static str, String)> {
        let operation = self.operation;
        let mut stores = Vec::new();
        if !operation.query.is_empty() || operation.paging.is_some() {
            stores.push(("query", "Query".to_owned()));
        }
        match &operation.body {
            Body::Empty => {}
            Body::Object(_) => stores.push(("body", "Body".to_owned())),
            Body::Form(_) => stores.push(("form", "Form".to_owned())),
            Body::List { item, .. } => {
                let item = in_models(item);
                stores.push(("items", format!("Vec<{item}>")));
            }
        }
        stores
    }

    fn declaration(&self, source: &mut Source) {
        let name = self.operation.type_name();
        source.doc(0, &prose::operation(self.operation));
        aliases(source, "", self.operation, &name);
        source.push("#[derive(Clone, Debug)]");
        source.push("#[must_use = \"nothing happens until it is sent\"]");
        source.push(format_args!("pub struct {name}<C = ()> {{ client: C,"));
        for input in self.inputs().filter(|input| input.store == Store::Path) {
            let ty = in_path(self.api, &input.field.ty);
            source.push(format_args!("{}: {ty},", input.ident()));
        }
        for (field, ty) in self.stores() {
            source.push(format_args!("{field}: {ty},"));
        }
        source.push("}");
    }

    fn setters(&self, source: &mut Source) -> Result<(), Error> {
        let name = self.operation.type_name();
        source.push(format_args!("\nimpl<C> {name}<C> {{"));
        self.constructor(source)?;
        for input in self.inputs().filter(|input| !input.is_argument()) {
            source.push("");
            setter(source, self.api, &input)?;
        }
        source.push("}");
        Ok(())
    }

    fn constructor(&self, source: &mut Source) -> Result<(), Error> {
        let operation = self.operation;
        let arguments = arguments(self.api, operation)?;
        source.push(format_args!(
            "pub(crate) fn on(client: C, {arguments}) -> Self {{"
        ));
        let mut made = vec!["client".to_owned()];
        for input in self.inputs().filter(|input| input.store == Store::Path) {
            let made_of = match input.field.ty {
                Ty::Named(_) => "into()",
                _ => "as_ref().to_owned()",
            };
            made.push(format!("{0}: {0}.{made_of}", input.ident()));
        }
        for (field, _) in self.stores() {
            let value = self.initial(field);
            let statements = self.initial_statements(field)?;
            if statements.is_empty() {
                made.push(format!("{field}: {value}"));
            } else {
                source.push(format_args!("let mut {field} = {value};"));
                statements
                    .iter()
                    .for_each(|statement| source.push(statement));
                made.push(field.to_owned());
            }
        }
        source.push(format_args!("Self {{ {} }} }}", made.join(", ")));
        Ok(())
    }

    fn initial(&self, store: &str) -> String {
        match store {
            "query" => "Query::default()".to_owned(),
            "form" => "Form::default()".to_owned(),
            "items" => "items.into_iter().collect()".to_owned(),
            _ => {
                let inputs = self.inputs().filter(|input| input.store == Store::Body);
                body_hiding(inputs.filter(|input| input.is_secret(self.api)))
            }
        }
    }

    fn initial_statements(&self, store: &str) -> Result<Vec<String>, Error> {
        let mut statements = Vec::new();
        for input in self.inputs().filter(|input| receiver(input.store) == store) {
            match input.constant() {
                Some(literal) => statements.push(input.keep_constant(literal, store)?),
                None if input.is_argument() => {
                    statements.push(input.keep(self.api, &input.ident(), store)?);
                }
                None => {}
            }
        }
        if store == "query" && self.operation.paging == Some(Paging::Flagged) {
            statements.push("query.set(\"paginated\", true);".to_owned());
        }
        Ok(statements)
    }

    fn behaviour(&self, source: &mut Source) {
        let operation = self.operation;
        let (name, output) = (operation.type_name(), output(operation));
        source.push(format_args!("\nimpl<C> Operation for {name}<C> {{"));
        source.push(format_args!("type Output = {output};\n"));
        source.push(format_args!(
            "const ID: &'static str = {};",
            Quoted(&operation.id)
        ));
        let idempotent = operation.retry != Retry::No;
        source.push(format_args!("const IDEMPOTENT: bool = {idempotent};"));
        if operation.base == BasePath::Root {
            source.push("const BASE: BasePath = BasePath::Root;");
        }
        let authorization = match operation.authorization {
            Authorization::SecretKey => None,
            Authorization::Public => Some("Public"),
            Authorization::MachineKey => Some("MachineSecretKey"),
            Authorization::SecretOrMachineKey => Some("MachineOrSecretKey"),
        };
        if let Some(authorization) = authorization {
            source.push(format_args!(
                "const AUTHORIZATION: Authorization = Authorization::{authorization};"
            ));
        }
        source.push("\nfn request(&self) -> Result<Request<Bytes>, Error> {");
        source.push(self.request());
        source.push(
            "}\n\nfn response(&self, response: Response<Bytes>) -> Result<Self::Output, Error> {",
        );
        source.push(self.response());
        source.push("}\n}");
    }

    fn request(&self) -> String {
        let operation = self.operation;
        let (mut chain, mut fixed) = (String::new(), String::new());
        let mut parameters = self.inputs().filter(|input| input.store == Store::Path);
        for segment in operation.segments() {
            if let Segment::Literal(piece) = segment {
                fixed.push_str(&format!("/{piece}"));
                continue;
            }
            close(&mut chain, &mut fixed);
            if let Some(input) = parameters.next() {
                let ident = input.ident();
                chain.push_str(&format!(".segment({ident:?}, self.{ident}.as_str())"));
            }
        }
        close(&mut chain, &mut fixed);
        for (store, _) in self.stores().iter().filter(|(store, _)| *store == "query") {
            chain.push_str(&format!(".query(&self.{store})"));
        }
        let verb = operation.verb;
        chain.push_str(&match &operation.body {
            Body::Empty => format!(".request(Method::{verb})"),
            Body::Object(_) => format!(".json(Method::{verb}, &self.body)"),
            Body::List { .. } => format!(".json(Method::{verb}, &self.items)"),
            Body::Form(_) => format!(".form(Method::{verb}, &self.form)"),
        });
        chain
    }

    fn response(&self) -> &'static str {
        match &self.operation.answer.content {
            Content::Empty => "success(Self::ID, response).map(drop)",
            Content::Text => {
                "success(Self::ID, response).map(|response| decode::body_text(&response))"
            }
            Content::Json(Ty::List(_)) if self.operation.paging.is_none() => {
                "Ok(json::<Page<_>>(Self::ID, response)?.data)"
            }
            Content::Json(_) | Content::Page(_) => "json(Self::ID, response)",
        }
    }
}

/// The type that keeps a value of the path.
fn in_path(api: &Api, ty: &Ty) -> String {
    match ty {
        Ty::Named(name) => match api.definition(name) {
            Some(Definition::Id(_)) => name.clone(),
            _ => format!("models::{name}"),
        },
        _ => "String".to_owned(),
    }
}

/// Appends the fixed part of a path that has been read so far.
fn close(chain: &mut String, fixed: &mut String) {
    if chain.is_empty() {
        chain.push_str(&format!("RequestTarget::new(Self::ID, {fixed:?})"));
    } else if !fixed.is_empty() {
        chain.push_str(&format!(".fixed({fixed:?})"));
    }
    fixed.clear();
}

fn receiver(store: Store) -> &'static str {
    match store {
        Store::Path => "",
        Store::Query => "query",
        Store::Body => "body",
        Store::Form => "form",
        Store::Whole => "0",
    }
}

/// A body that shows all but some of its fields.
pub(crate) fn body_hiding<'a>(secrets: impl Iterator<Item = Input<'a>>) -> String {
    let secrets: Vec<String> = secrets
        .map(|input| format!("{:?}", input.field.wire))
        .collect();
    if secrets.is_empty() {
        return "Body::default()".to_owned();
    }
    format!("Body::hiding(&[{}])", secrets.join(", "))
}

/// Methods that operations have beside their setters.
const TAKEN: &[&str] = &[
    "items",
    "new",
    "on",
    "pages",
    "request",
    "response",
    "send",
    "send_with",
    "with",
];

/// The method that takes an input, and the one that takes it away where null means that.
pub(crate) fn setter(source: &mut Source, api: &Api, input: &Input<'_>) -> Result<(), Error> {
    let (ident, argument, given) = (input.ident(), input.argument(api)?, input.given());
    if TAKEN.contains(&ident.as_str()) {
        let message = format!("`{ident}` is what every operation calls something else");
        return Err(Error::new(message));
    }
    let keep = input.keep(api, given, &format!("self.{}", receiver(input.store)))?;
    source.doc(
        4,
        &prose::input(input.field, input.store == Store::Query, input.most),
    );
    if input.field.deprecated {
        source.push("#[deprecated = \"Clerk discourages its use\"]");
    }
    source.push(format_args!(
        "pub fn {ident}(mut self, {given}: {argument}) -> Self {{"
    ));
    source.push(keep);
    source.push("self }");
    if input.field.clearable {
        let wire = &input.field.wire;
        source.push("");
        source.doc(4, &format!("Takes away what `{ident}` sets."));
        source.push(format_args!("pub fn clear_{ident}(mut self) -> Self {{"));
        source.push(format_args!(
            "self.{}.clear({wire:?});",
            receiver(input.store)
        ));
        source.push("self }");
    }
    Ok(())
}
