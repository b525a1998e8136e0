use super::schema::Schema;
use super::{Importer, meaning};
use crate::Error;
use crate::ir::{Arm, Field, Literal, Shape, Ty};

/// A type, whether null stands for it as well, and the only value it has, if there is but one.
#[derive(Debug)]
pub(super) struct Typed {
    pub(super) ty: Ty,
    nullable: bool,
    only: Option<Literal>,
}

impl Typed {
    fn plain(ty: Ty) -> Self {
        Self {
            ty,
            nullable: false,
            only: None,
        }
    }
}

impl<'a> Importer<'a> {
    pub(super) fn field(
        &mut self,
        wire: &str,
        schema: Schema<'a>,
        place: &str,
        required: bool,
    ) -> Result<Field, Error> {
        let typed = self.typed(schema, place, wire)?;
        let mut default = schema.default()?;
        if typed.ty == Ty::Bool {
            default = default.map(meaning::unquoted);
        }
        Ok(Field {
            required,
            nullable: typed.nullable,
            deprecated: schema.flag("deprecated"),
            sensitive: meaning::is_secret(wire, &typed.ty),
            only: typed.only,
            default,
            range: schema.range()?,
            length: schema.length()?,
            items: schema.count()?,
            unique: schema.flag("uniqueItems"),
            ..Field::new(wire, typed.ty)
        })
    }

    /// The type of a schema. `wire` is the name of the field it is found in.
    pub(super) fn typed(
        &mut self,
        schema: Schema<'a>,
        place: &str,
        wire: &str,
    ) -> Result<Typed, Error> {
        let typed = match schema.reference() {
            Some(reference) => self.component(reference, wire),
            None => self.spelled_out(schema, place, wire),
        };
        let mut typed = typed.map_err(|error| match schema.reference() {
            Some(_) => error,
            None => error.within(place),
        })?;
        typed.nullable |= schema.flag("nullable");
        Ok(typed)
    }

    fn component(&mut self, reference: &str, wire: &str) -> Result<Typed, Error> {
        let schema = Schema::new(self.document.resolve(reference)?)?;
        let name = reference.rsplit('/').next().unwrap_or(reference);
        self.typed(schema, name, wire)
    }

    fn spelled_out(&mut self, schema: Schema<'a>, place: &str, wire: &str) -> Result<Typed, Error> {
        let parts = schema.arms("allOf")?;
        if let ([only], false) = (parts.as_slice(), schema.has_properties()) {
            return self.typed(*only, place, wire);
        }
        if schema.has_properties() || !parts.is_empty() {
            return self.object(schema, place).map(Typed::plain);
        }
        let mut arms = schema.arms("oneOf")?;
        arms.extend(schema.arms("anyOf")?);
        if !arms.is_empty() {
            return self.choice(&arms, place, wire);
        }
        let values = schema.values()?;
        if !values.is_empty() {
            return self.values(&values, place, wire);
        }
        let ty = match schema.kind() {
            None => Ty::Json,
            Some("string") => match schema.format() {
                Some("date-time") => Ty::DateTime,
                Some("date") => Ty::Date,
                Some("binary") => Ty::File,
                _ => Ty::Str,
            },
            Some("boolean") => Ty::Bool,
            Some("integer") => meaning::time(wire).unwrap_or(Ty::Int),
            Some("number") => meaning::time(wire).unwrap_or(Ty::Number),
            Some("array") => {
                let items = schema.items()?;
                if items.is_bounded()? {
                    self.note(format!("{place}[] has bounds, which are left out"));
                }
                let item = self.typed(items, &format!("{place}[]"), wire)?;
                Ty::List(Box::new(item.ty))
            }
            Some("object") => match schema.dictionary()? {
                Some(value) => {
                    let value = self.typed(value, &format!("{place}{{}}"), wire)?;
                    Ty::Dictionary {
                        value: Box::new(value.ty),
                        nullable: value.nullable,
                    }
                }
                None => Ty::Map,
            },
            Some(other) => return Err(Error::new(format!("`{other}` is no type of JSON"))),
        };
        Ok(Typed::plain(ty))
    }

    fn values(&mut self, values: &[Literal], place: &str, wire: &str) -> Result<Typed, Error> {
        let texts: Option<Vec<String>> = values.iter().map(as_text).collect();
        let Some(texts) = texts else {
            return match values {
                [Literal::Bool(flag)] => Ok(Typed {
                    only: Some(Literal::Bool(*flag)),
                    ..Typed::plain(Ty::Bool)
                }),
                _ => Err(Error::new("an enum of something other than texts")),
            };
        };
        if self.names.is_text(place) {
            return Ok(Typed::plain(Ty::Str));
        }
        if self.names.is_flag(place) {
            return Ok(Typed::plain(Ty::Bool));
        }
        if let Some(name) = self.names.enumeration(place) {
            self.registry.add_values(&name, &texts);
            return Ok(Typed::plain(Ty::Named(name)));
        }
        match texts.as_slice() {
            [tag] if wire == "object" => Ok(Typed::plain(Ty::Tag(tag.clone()))),
            [only] => Ok(Typed {
                only: Some(Literal::Str(only.clone())),
                ..Typed::plain(Ty::Str)
            }),
            _ => Err(Error::new(format!(
                "{texts:?} have no name; add the place to [enum] or [open] of names.toml, perhaps as `{}`",
                suggestion(place)
            ))),
        }
    }

    /// The model of an object, named and, the first time, read.
    pub(super) fn object(&mut self, schema: Schema<'a>, place: &str) -> Result<Ty, Error> {
        let name = self.model_name(place)?;
        if self.registry.visit(place) {
            let fields = self.fields(schema, place)?;
            self.registry.add(&name, Shape::Object(fields))?;
        }
        Ok(Ty::Named(name))
    }

    fn model_name(&mut self, place: &str) -> Result<String, Error> {
        if let Some(name) = self.names.model(place) {
            return Ok(name);
        }
        let suggested = suggestion(place);
        let is_component = place.chars().all(|c| c.is_ascii_alphanumeric());
        if is_component && suggested == place {
            return Ok(suggested);
        }
        Err(Error::new(format!(
            "this object has no name; add the place to [model] of names.toml, perhaps as `{suggested}`"
        )))
    }

    /// The fields of an object, those of its parts first.
    pub(super) fn fields(&mut self, schema: Schema<'a>, place: &str) -> Result<Vec<Field>, Error> {
        let mut fields: Vec<Field> = Vec::new();
        let mut required: Vec<&str> = schema.required();
        let mut add = |mut field: Field| match fields.iter_mut().find(|f| f.wire == field.wire) {
            Some(known) => {
                field.required |= known.required;
                *known = field;
            }
            None => fields.push(field),
        };
        for part in schema.arms("allOf")? {
            let inherited = match part.reference() {
                Some(reference) => {
                    let target = Schema::new(self.document.resolve(reference)?)?;
                    let name = reference.rsplit('/').next().unwrap_or(reference);
                    self.fields(target, name)?
                }
                None => self.fields(part, place)?,
            };
            inherited.into_iter().for_each(&mut add);
        }
        for (wire, property) in schema.properties()? {
            let is_required = required.contains(&wire);
            required.retain(|name| *name != wire);
            let inside = format!("{place}.{wire}");
            if self.names.is_spread(&inside) {
                self.fields(property, &inside)?
                    .into_iter()
                    .for_each(&mut add);
                continue;
            }
            add(self.field(wire, property, &inside, is_required)?);
        }
        for lost in required {
            if let Some(inherited) = fields.iter_mut().find(|field| field.wire == lost) {
                inherited.required = true;
                continue;
            }
            self.note(format!(
                "{place} requires `{lost}` and does not say what it is"
            ));
        }
        Ok(fields)
    }

    /// A place is visited once for each reference to it, and noted once.
    fn note(&mut self, note: String) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    fn choice(&mut self, arms: &[Schema<'a>], place: &str, wire: &str) -> Result<Typed, Error> {
        if let Some(choice) = self.names.choice(place) {
            if choice.arms.len() != arms.len() {
                return Err(Error::new(format!("`{}` has other arms now", choice.name)));
            }
            let named = choice.arms.iter().zip(arms);
            let read = named.map(|(name, arm)| self.arm(name, *arm, place));
            let read = read.collect::<Result<_, _>>()?;
            self.registry.add(&choice.name, Shape::Choice(read))?;
            return Ok(Typed::plain(Ty::Named(choice.name)));
        }
        let mut chosen: Option<Typed> = None;
        for arm in arms {
            let typed = self.typed(*arm, place, wire)?;
            match &mut chosen {
                None => chosen = Some(typed),
                Some(known) if known.ty == typed.ty => known.nullable |= typed.nullable,
                Some(_) => {
                    return Err(Error::new(
                        "this is one of several objects; give them one name in [model] of names.toml, or name the choice",
                    ));
                }
            }
        }
        chosen.ok_or_else(|| Error::new("this is a choice of nothing"))
    }

    fn arm(&mut self, name: &str, schema: Schema<'a>, place: &str) -> Result<Arm, Error> {
        let resolved = match schema.reference() {
            Some(reference) => Schema::new(self.document.resolve(reference)?)?,
            None => schema,
        };
        let mut test = None;
        let properties = resolved.properties()?;
        for (property, schema) in &properties {
            if let ([value], None) = (schema.values()?.as_slice(), &test) {
                test = Some(((*property).to_owned(), value.clone()));
            }
        }
        let (property, value) =
            test.ok_or_else(|| Error::new(format!("nothing tells `{name}` from the other arms")))?;
        let model = match properties.as_slice() {
            [_] => None,
            _ => self
                .typed(schema, &format!("{place}.{name}"), "")?
                .ty
                .named()
                .map(str::to_owned),
        };
        Ok(Arm {
            name: name.to_owned(),
            model,
            property,
            value,
        })
    }
}

fn as_text(literal: &Literal) -> Option<String> {
    match literal {
        Literal::Str(text) => Some(text.clone()),
        _ => None,
    }
}

/// A name in the style of the others: words in upper camel case, acronyms as words.
fn suggestion(place: &str) -> String {
    let place = place.strip_prefix("responses/").unwrap_or(place);
    let mut name = String::new();
    let mut previous = '_';
    let mut characters = place.chars().filter(|c| !"[]{}".contains(*c)).peekable();
    while let Some(character) = characters.next() {
        if character.is_ascii_alphanumeric() {
            let word_begins = !previous.is_ascii_alphanumeric()
                || character.is_ascii_uppercase()
                    && (!previous.is_ascii_uppercase()
                        || characters.peek().is_some_and(char::is_ascii_lowercase));
            name.push(match word_begins {
                true => character.to_ascii_uppercase(),
                false => character.to_ascii_lowercase(),
            });
        }
        previous = character;
    }
    // The one acronym whose own spelling is not all capitals.
    let name = name.replace("Oauth", "OAuth");
    name.strip_suffix("Response")
        .map_or(name.clone(), str::to_owned)
}
