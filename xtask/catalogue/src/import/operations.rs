use super::Importer;
use super::node::Node;
use super::schema::Schema;
use crate::Error;
use crate::ir::{
    Answer, Authorization, BasePath, Body, Content, Field, Operation, Paging, Retry, Ty, Verb,
};

/// Keys of an operation that hold facts; the others hold prose, or belong to another generator.
const KNOWN: &[&str] = &[
    "deprecated",
    "operationId",
    "parameters",
    "requestBody",
    "responses",
    "security",
    "tags",
];
const IGNORED: &[&str] = &["description", "externalDocs", "summary"];

impl<'a> Importer<'a> {
    pub(super) fn path(&mut self, path: &str, item: &'a Node) -> Result<Vec<Operation>, Error> {
        let mut operations = Vec::new();
        for (method, node) in item.entries() {
            let verb = Verb::ALL
                .into_iter()
                .find(|verb| verb.as_str().eq_ignore_ascii_case(method));
            let verb = verb.ok_or_else(|| Error::new(format!("{path} says `{method}`")))?;
            let operation = self.operation(verb, path, node);
            operations.push(operation.map_err(|e| e.within(format_args!("{verb} {path}")))?);
        }
        Ok(operations)
    }

    fn operation(&mut self, verb: Verb, path: &str, node: &'a Node) -> Result<Operation, Error> {
        for (key, _) in node.entries() {
            let known = KNOWN.contains(&key.as_str()) || IGNORED.contains(&key.as_str());
            if !known && !key.starts_with("x-") {
                return Err(Error::new(format!(
                    "an operation says `{key}`; teach xtask/catalogue/src/import/operations.rs what it means"
                )));
            }
        }
        let id = node
            .text("operationId")
            .ok_or_else(|| Error::new("`operationId` is missing"))?;
        let named = self
            .names
            .operation(id)
            .ok_or_else(|| Error::new(format!("`{id}` is missing in [operation] of names.toml")))?;
        let (parameters, mut query) = self.parameters(node, id)?;
        let tags = node.get("tags").map_or(&[][..], Node::items);
        // The documentation has operations with several tags under the last one.
        let tag = match tags.last() {
            Some(Node::Text(tag)) => tag.clone(),
            _ => return Err(Error::new("`tags` is missing")),
        };
        let is_public = node.get("security").is_some_and(|s| s.items().is_empty());
        let responses = node.get("responses").map_or(&[][..], Node::entries);
        let answer = self.answer(responses, id)?;
        let paging = paging(&mut query, &answer.content);
        Ok(Operation {
            group: named.group,
            name: named.name,
            id: id.to_owned(),
            verb,
            path: path.to_owned(),
            base: BasePath::Versioned,
            authorization: match is_public {
                true => Authorization::Public,
                false => Authorization::SecretKey,
            },
            parameters,
            query,
            body: self.body(node, id)?,
            answer,
            paging,
            errors: errors(responses)?,
            deprecated: node.flag("deprecated"),
            retry: Retry::of_verb(verb),
            tag,
            doc: None,
            alias: self.names.alias(id),
        })
    }

    fn parameters(&mut self, node: &'a Node, id: &str) -> Result<(Vec<Field>, Vec<Field>), Error> {
        let (mut path, mut query) = (Vec::new(), Vec::new());
        for parameter in node.get("parameters").map_or(&[][..], Node::items) {
            let parameter = self.resolved(parameter)?;
            let kind = parameter.text("in").unwrap_or_default();
            let list = match kind {
                "path" => &mut path,
                "query" => &mut query,
                other => return Err(Error::new(format!("a parameter is in `{other}`"))),
            };
            let wire = parameter
                .text("name")
                .ok_or_else(|| Error::new("a parameter has no name"))?;
            let schema = parameter
                .get("schema")
                .ok_or_else(|| Error::new("no `schema`"))?;
            let place = format!("{id}.{kind}.{wire}");
            let required = kind == "path" || parameter.flag("required");
            let mut field = self.field(wire, Schema::new(schema)?, &place, required)?;
            field.deprecated |= parameter.flag("deprecated");
            field.comma = parameter.get("explode") == Some(&Node::Bool(false));
            list.push(field);
        }
        Ok((path, query))
    }

    /// What a reference leads to, or the node itself.
    fn resolved(&self, node: &'a Node) -> Result<&'a Node, Error> {
        match node.text("$ref") {
            Some(reference) => self.document.resolve(reference),
            None => Ok(node),
        }
    }

    fn body(&mut self, node: &'a Node, id: &str) -> Result<Body, Error> {
        let content = node.get("requestBody").and_then(|body| body.get("content"));
        let Some((media_type, content)) = content.and_then(|c| c.entries().first()) else {
            return Ok(Body::Empty);
        };
        let schema = content
            .get("schema")
            .ok_or_else(|| Error::new("no `schema`"))?;
        let mut schema = Schema::new(schema)?;
        let mut place = format!("{id}.body");
        if let Some(reference) = schema.reference() {
            schema = Schema::new(self.document.resolve(reference)?)?;
            place = reference.rsplit('/').next().unwrap_or(reference).to_owned();
        }
        match (media_type.as_str(), schema.kind()) {
            ("application/json", Some("array")) => {
                let item = self.typed(schema.items()?, &format!("{place}[]"), "")?;
                Ok(Body::List {
                    item: item.ty,
                    items: schema.count()?,
                })
            }
            ("application/json", _) => self.fields(schema, &place).map(Body::Object),
            ("multipart/form-data", _) => self.fields(schema, &place).map(Body::Form),
            (other, _) => Err(Error::new(format!("a body is `{other}`"))),
        }
    }

    fn answer(&mut self, responses: &'a [(String, Node)], id: &str) -> Result<Answer, Error> {
        let mut successes = responses
            .iter()
            .filter(|(status, _)| status.starts_with('2'));
        let (Some((status, response)), None) = (successes.next(), successes.next()) else {
            return Err(Error::new("there is not exactly one success"));
        };
        let mut place = format!("{id}.ok");
        if let Some(reference) = response.text("$ref") {
            let name = reference.rsplit('/').next().unwrap_or(reference);
            place = format!("responses/{name}");
        }
        let response = self.resolved(response)?;
        let content = response
            .get("content")
            .and_then(|content| content.entries().first());
        let schema = content.and_then(|(_, content)| content.get("schema"));
        let content = match schema {
            None => Content::Empty,
            Some(schema) => self.content(Schema::new(schema)?, &place)?,
        };
        Ok(Answer {
            status: parse_status(status)?,
            content,
        })
    }

    /// A page where the object is nothing but a list and a count, else the type as it is.
    fn content(&mut self, schema: Schema<'a>, place: &str) -> Result<Content, Error> {
        let (mut object, mut place) = (schema, place.to_owned());
        if let Some(reference) = schema.reference() {
            object = Schema::new(self.document.resolve(reference)?)?;
            place = reference.rsplit('/').next().unwrap_or(reference).to_owned();
        }
        let properties = object.properties()?;
        if let [(name, list), ("total_count", _)] = properties.as_slice() {
            let inside = format!("{place}.{name}");
            if let Ty::List(item) = self.typed(*list, &inside, name)?.ty {
                return Ok(Content::Page(*item));
            }
        }
        Ok(Content::Json(self.typed(schema, &place, "")?.ty))
    }
}

/// How the list is paged. `paginated` is no input: where it turns a bare array into a page it is
/// always sent, so that the answer has one form, and elsewhere it does nothing.
fn paging(query: &mut Vec<Field>, content: &Content) -> Option<Paging> {
    let has = |query: &[Field], wire: &str| query.iter().any(|field| field.wire == wire);
    let flagged = has(query, "paginated") && matches!(content, Content::Json(_));
    query.retain(|field| field.wire != "paginated");
    match (has(query, "limit") && has(query, "offset"), flagged) {
        (false, _) => None,
        (true, true) => Some(Paging::Flagged),
        (true, false) if has(query, "starting_after") => Some(Paging::Cursor),
        (true, false) => Some(Paging::Offset),
    }
}

fn errors(responses: &[(String, Node)]) -> Result<Vec<u16>, Error> {
    let statuses = responses.iter().map(|(status, _)| status);
    let failures = statuses.filter(|status| !status.starts_with('2'));
    let mut failures: Vec<u16> = failures
        .map(|s| parse_status(s))
        .collect::<Result<_, _>>()?;
    failures.sort_unstable();
    Ok(failures)
}

fn parse_status(status: &str) -> Result<u16, Error> {
    status
        .parse()
        .map_err(|_| Error::new(format!("`{status}` is no status")))
}
