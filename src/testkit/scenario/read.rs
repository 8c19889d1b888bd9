//! Reads JSON into types, and says which field is to blame if that fails.

use std::cell::RefCell;

use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor,
};
use serde::forward_to_deserialize_any;
use serde_json::{Error, Map, Value};

use super::problem::InvalidScenario;

/// Reads a value.
pub(super) fn read<T: DeserializeOwned>(value: &Value) -> Result<T, InvalidScenario> {
    let path = RefCell::default();
    let traced = Traced { value, path: &path };
    T::deserialize(traced)
        .map_err(|error| InvalidScenario::illegal(joined(&path.borrow()), error.to_string()))
}

/// `users`, `[0]`, `name` as `users[0].name`.
fn joined(parts: &[String]) -> String {
    let dotted = |(at, part): (usize, &String)| match part.starts_with('[') || at == 0 {
        true => part.clone(),
        false => format!(".{part}"),
    };
    parts.iter().enumerate().map(dotted).collect()
}

/// Takes a field of the format out that only its default can be given yet.
pub(super) fn only_default(
    object: &mut Map<String, Value>,
    within: &str,
    field: &str,
    default: &Value,
) -> Result<(), InvalidScenario> {
    match object.remove(field) {
        None => Ok(()),
        Some(given) if given == *default => Ok(()),
        Some(given) => {
            let field = match within {
                "" => field.to_owned(),
                within => format!("{within}.{field}"),
            };
            Err(InvalidScenario::unsupported(field, given.to_string()))
        }
    }
}

/// A value, and the way to it. The way is left standing where reading fails.
struct Traced<'a> {
    value: &'a Value,
    path: &'a RefCell<Vec<String>>,
}

impl<'a> Traced<'a> {
    fn below<T: DeserializeSeed<'a>>(
        value: &'a Value,
        path: &'a RefCell<Vec<String>>,
        seed: T,
    ) -> Result<T::Value, Error> {
        let read = seed.deserialize(Traced { value, path })?;
        path.borrow_mut().pop();
        Ok(read)
    }
}

impl<'de> Deserializer<'de> for Traced<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let path = self.path;
        match self.value {
            Value::Object(object) => {
                visitor.visit_map(Fields { left: object.iter(), value: &Value::Null, path })
            }
            Value::Array(items) => visitor.visit_seq(Items { left: items.iter(), at: 0, path }),
            scalar => scalar.deserialize_any(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.value {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.value.deserialize_enum(name, variants, visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

struct Fields<'a> {
    left: serde_json::map::Iter<'a>,
    value: &'a Value,
    path: &'a RefCell<Vec<String>>,
}

impl<'a> MapAccess<'a> for Fields<'a> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'a>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        let Some((name, value)) = self.left.next() else {
            return Ok(None);
        };
        self.value = value;
        self.path.borrow_mut().push(name.clone());
        seed.deserialize(StrDeserializer::<Error>::new(name)).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'a>>(&mut self, seed: T) -> Result<T::Value, Error> {
        Traced::below(self.value, self.path, seed)
    }
}

struct Items<'a> {
    left: std::slice::Iter<'a, Value>,
    at: usize,
    path: &'a RefCell<Vec<String>>,
}

impl<'a> SeqAccess<'a> for Items<'a> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'a>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        let Some(value) = self.left.next() else {
            return Ok(None);
        };
        self.path.borrow_mut().push(format!("[{}]", self.at));
        self.at = self.at.checked_add(1).ok_or_else(|| Error::custom("too many items"))?;
        Traced::below(value, self.path, seed).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;
    use crate::words::Email;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Team {
        #[serde(rename = "people")]
        _people: Vec<Person>,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Person {
        #[serde(rename = "email")]
        _email: Option<Email>,
    }

    fn blamed(value: &Value) -> String {
        read::<Team>(value).err().map(|error| error.field).unwrap()
    }

    #[test]
    fn the_field_to_blame_is_named() {
        let person = |person: Value| json!({"people": [{"email": "a@example.com"}, person]});
        assert_eq!(blamed(&person(json!({"email": "nobody"}))), "people[1].email");
        assert_eq!(blamed(&person(json!({"mail": "a@example.com"}))), "people[1].mail");
        assert_eq!(blamed(&person(json!(5))), "people[1]");
        assert_eq!(blamed(&json!({"people": {}})), "people");
        assert_eq!(blamed(&json!({})), "");
        assert!(read::<Team>(&person(json!({"email": null}))).is_ok());
    }

    #[test]
    fn a_later_field_may_only_have_its_default() {
        let mut object = json!({"sticky": true}).as_object().cloned().unwrap();
        let refused = only_default(&mut object, "calendars[0]", "sticky", &json!(false));
        assert_eq!(refused.unwrap_err().field, "calendars[0].sticky");
        let mut object = json!({"sticky": false}).as_object().cloned().unwrap();
        assert!(only_default(&mut object, "", "sticky", &json!(false)).is_ok());
        assert!(object.is_empty());
    }
}
