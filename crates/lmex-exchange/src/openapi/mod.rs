//! What is served, as an OpenAPI 3.1 document at `/openapi.json`.
//!
//! Paths, methods, permissions and headings come from the CATALOG that the client is made from; parameters and shapes of
//! answers stand in tables beside it. Tests hold them to the server: each endpoint takes the parameters of its table and
//! no other, and its answers have the members of their shape and no other. Of LMEX the document says nothing: its own
//! documents do.

mod examples;
mod parameters;
mod shapes;

use http::StatusCode;
use lmex_api::{CATALOG, EndpointInfo, Method, Permission};
use serde_json::{Map, Value, json};

use crate::dialect::Manners as _;
use crate::dialect::{DIFFERENCES, Dialect};
use parameters::Parameter;

/// The whole document, of an exchange with these manners.
pub fn document(dialect: Dialect) -> Value {
    let mut paths = Map::new();
    for info in CATALOG {
        let path = paths.entry(format!("/futures{}", info.path)).or_insert_with(|| json!({}));
        path[info.method.as_str().to_ascii_lowercase()] = operation(info, dialect);
    }
    for version in ["v3.2", "v3.3"] {
        paths.insert(format!("/spot/api/{version}/time"), json!({"get": time(version)}));
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "A local exchange that speaks LMEX's futures API",
            "version": env!("CARGO_PKG_VERSION"),
            "description": format!(
                "Real matching, play money. Unofficial, and not connected with LMEX. Dialect: {dialect}."
            ),
        },
        "paths": paths,
        "components": {"schemas": shapes::schemas(), "securitySchemes": security_schemes()},
    })
}

fn operation(info: &EndpointInfo, dialect: Dialect) -> Value {
    let known = parameters::of(info);
    let mut operation = json!({
        "operationId": operation_id(info),
        "summary": info.documented,
        "description": describe(info) + &manners(info, dialect),
        "responses": responses(info, dialect),
    });
    if info.permission != Permission::Public {
        operation["security"] = json!([{"key": [], "nonce": [], "signature": []}]);
    }
    match info.method {
        Method::Get | Method::Delete => {
            operation["parameters"] = known.iter().map(Parameter::in_query).collect();
        }
        Method::Post | Method::Put => operation["requestBody"] = body(info, known),
    }
    operation
}

/// `postOrderBindTpsl`.
fn operation_id(info: &EndpointInfo) -> String {
    let words = info.path.trim_start_matches("/api/v2.3").split(['/', '_']).filter(|word| !word.is_empty());
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
    };
    words.map(capital).fold(info.method.as_str().to_ascii_lowercase(), |id, word| id + &word)
}

fn describe(info: &EndpointInfo) -> String {
    let permission = match info.permission {
        Permission::Public => return "Anyone may ask.".to_owned(),
        Permission::Read => "Read",
        Permission::Trade => "Trading",
        Permission::Transfer => "Transfer",
        Permission::Wallet => "Wallet",
    };
    format!(
        "Needs a key with {permission} permission. Signed: hex HMAC-SHA384 of {} + nonce + body.",
        info.path
    )
}

/// In what the dialect differs from the other one here.
fn manners(info: &EndpointInfo, dialect: Dialect) -> String {
    let name = format!("{} {}", info.method, info.path.trim_start_matches("/api/v2.3"));
    let here = DIFFERENCES.iter().filter(|difference| difference.concerns.contains(&name.as_str()));
    here.map(|difference| {
        format!(" In dialect {dialect}, {}: {}.", difference.subject, difference.of(dialect))
    })
    .collect()
}

fn body(info: &EndpointInfo, known: &[Parameter]) -> Value {
    let required: Vec<_> = known.iter().filter(|known| known.is_mandatory).map(|known| known.name).collect();
    let members: Map<_, _> = known.iter().map(|known| (known.name.to_owned(), known.schema())).collect();
    let schema =
        json!({"type": "object", "properties": members, "required": required, "additionalProperties": false});
    let content = json!({"schema": schema, "example": examples::body(info)});
    json!({"required": true, "content": {"application/json": content}})
}

fn responses(info: &EndpointInfo, dialect: Dialect) -> Value {
    let refused = |why: &str, shape: &str| {
        let schema = json!({"$ref": format!("#/components/schemas/{shape}")});
        json!({"description": why, "content": {"application/json": {"schema": schema}}})
    };
    // The one endpoint that refuses in an envelope, a market that it does not know.
    let bad = if info.path.ends_with("/market/risk_limit") { "RefusedInEnvelope" } else { "Refused" };
    let no_order = dialect.order_not_found().0 == StatusCode::TOO_MANY_REQUESTS;
    let too_many = if no_order { "Too many requests, or no such order." } else { "Too many requests." };
    let mut responses = json!({
        "200": success(info, dialect),
        "400": refused("The request can't be carried out.", bad),
        "429": refused(too_many, "Refused"),
        "503": refused("The exchange is stopping.", "Refused"),
    });
    if info.permission != Permission::Public {
        let why = match dialect.not_authenticated() {
            StatusCode::BAD_REQUEST => {
                "The request can't be carried out, or key, nonce or signature is wrong."
            }
            _ => "Key, nonce or signature is wrong.",
        };
        responses[dialect.not_authenticated().as_str()] = refused(why, "Refused");
        responses["403"] = refused("The key has not the permission.", "Refused");
    }
    if matches!(info.method, Method::Post | Method::Put) {
        responses["413"] = refused("The body is too large.", "Refused");
    }
    responses
}

fn success(info: &EndpointInfo, dialect: Dialect) -> Value {
    match shapes::answer(info, dialect) {
        Some(schema) => json!({"description": "Done.", "content": {"application/json": {"schema": schema}}}),
        None => json!({"description": "Done. The answer is empty."}),
    }
}

fn time(version: &str) -> Value {
    let schema = json!({"$ref": "#/components/schemas/ServerTime"});
    json!({
        "operationId": format!("getTime{}", version.replace('.', "")),
        "summary": "The server's time",
        "responses": {
            "200": {"description": "Done.", "content": {"application/json": {"schema": schema}}},
            "400": {
                "description": "It takes no parameters.",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Refused"}}},
            },
        },
    })
}

fn security_schemes() -> Value {
    let header =
        |name: &str, what: &str| json!({"type": "apiKey", "in": "header", "name": name, "description": what});
    json!({
        "key": header("request-api", "The API key."),
        "nonce": header("request-nonce", "Milliseconds since 1970, another one with each request."),
        "signature": header("request-sign", "Hex HMAC-SHA384, with the secret, of path + nonce + body."),
    })
}
