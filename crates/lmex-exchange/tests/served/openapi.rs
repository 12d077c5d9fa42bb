//! The server's own OpenAPI document says what the server does.

use std::collections::BTreeSet;

use lmex_api::{CATALOG, EndpointInfo, Method, Permission};
use lmex_exchange::openapi::document;
use lmex_exchange::{Dialect, ExchangeConfig, LimitsMode};
use serde_json::{Map, Value, json};

use crate::cross_account::two_accounts;
use crate::venue::Venue;
use crate::walk::walk;

fn operation<'a>(document: &'a Value, method: &str, path: &str) -> &'a Value {
    &document["paths"][format!("/futures{path}")][method.to_ascii_lowercase()]
}

#[tokio::test]
async fn it_is_served_and_lists_every_endpoint_of_the_catalog_and_no_other() {
    let venue = Venue::start().await;
    let served = venue.send("GET", "/openapi.json", &[], b"").await.ok();
    assert_eq!(served, document(Dialect::Lmex));
    let listed: BTreeSet<_> = served["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, of)| {
            of.as_object().unwrap().keys().map(move |method| (method.clone(), path.clone()))
        })
        .filter(|(_, path)| path.starts_with("/futures"))
        .collect();
    let known =
        CATALOG.iter().map(|info| (info.method.as_str().to_lowercase(), format!("/futures{}", info.path)));
    assert_eq!(listed, known.collect());
    let time = venue.send("GET", "/spot/api/v3.2/time", &[], b"").await.ok();
    check(&served, &json!({"$ref": "#/components/schemas/ServerTime"}), &time, "time");
}

/// A value that is read without complaint where the parameter is.
fn sample(schema: &Value) -> Value {
    match (&schema["enum"], schema["type"].as_str()) {
        (Value::Array(words), _) => words[0].clone(),
        (_, Some("integer")) if schema["minimum"].is_number() => schema["minimum"].clone(),
        (_, Some("integer")) => json!(1),
        (_, Some("number")) => json!(1),
        (_, Some("boolean")) => json!(false),
        (_, Some("array")) => json!([{"currency": "USDT", "balance": 1}]),
        _ if schema["format"] == "uuid" => json!("52cdd4ce-bf2e-4b8c-b286-4129ad1ab662"),
        _ => json!("BTC-PERP"),
    }
}

/// Whatever an endpoint needs before it looks at what it doesn't know.
fn needed(parameters: &Map<String, Value>, mandatory: &[&str]) -> Map<String, Value> {
    let always = ["orderID", "value"];
    let wanted =
        |name: &str| mandatory.contains(&name) || (always.contains(&name) && parameters.contains_key(name));
    parameters.iter().filter(|(name, _)| wanted(name)).map(|(name, of)| (name.clone(), sample(of))).collect()
}

/// The names in "colour is not a known parameter: known are symbol, group".
fn known(message: &str) -> BTreeSet<String> {
    let list = message.split_once("known are ").unwrap_or_else(|| panic!("{message}")).1;
    list.split(", ").map(str::to_owned).collect()
}

#[tokio::test]
async fn every_endpoint_takes_the_parameters_of_the_document_and_no_other() {
    let venue = Venue::start().await;
    let document = document(Dialect::Lmex);
    for info in CATALOG {
        let target = info.path.strip_prefix("/api/v2.3").unwrap();
        let operation = operation(&document, info.method.as_str(), info.path);
        let in_query = matches!(info.method, Method::Get | Method::Delete);
        let (listed, mandatory) = match in_query {
            true => of_query(operation),
            false => of_body(operation),
        };
        let mut sent = needed(&listed, &mandatory);
        for name in mandatory {
            let mut without = sent.clone();
            without.remove(name);
            let (code, message) = send(&venue, info.method, target, &without).await.refused(400);
            assert!(
                code == -2 && message.contains(name),
                "{} {target} without {name}: {message}",
                info.method
            );
        }
        sent.insert("colour".to_owned(), json!("red"));
        let (code, message) = send(&venue, info.method, target, &sent).await.refused(400);
        assert!(code == -2 && message.contains("colour"), "{} {target}: {message}", info.method);
        let names: BTreeSet<String> = listed.keys().cloned().collect();
        assert_eq!(known(&message), names, "{} {target}", info.method);
    }
}

async fn send(
    venue: &Venue,
    method: Method,
    target: &str,
    sent: &Map<String, Value>,
) -> crate::venue::Answer {
    if matches!(method, Method::Post | Method::Put) {
        return venue.signed(method.as_str(), target, json!(sent).to_string().as_bytes()).await;
    }
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let pairs: Vec<_> = sent.iter().map(|(name, value)| format!("{name}={}", text(value))).collect();
    venue.signed(method.as_str(), &format!("{target}?{}", pairs.join("&")), b"").await
}

fn of_query(operation: &Value) -> (Map<String, Value>, Vec<&str>) {
    let parameters = operation["parameters"].as_array().unwrap();
    let name = |parameter: &'_ Value| parameter["name"].as_str().unwrap().to_owned();
    let listed = parameters.iter().map(|parameter| (name(parameter), parameter["schema"].clone())).collect();
    let mandatory = parameters.iter().filter(|parameter| parameter["required"] == true);
    (listed, mandatory.map(|parameter| parameter["name"].as_str().unwrap()).collect())
}

fn of_body(operation: &Value) -> (Map<String, Value>, Vec<&str>) {
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    let mandatory =
        schema["required"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    (schema["properties"].as_object().unwrap().clone(), mandatory)
}

#[tokio::test]
async fn every_answer_has_the_shape_of_the_document() {
    let venue = two_accounts().await;
    let document = document(Dialect::Lmex);
    let calls = walk(&venue).await;
    for info in CATALOG {
        let answers: Vec<_> = calls
            .iter()
            .filter(|call| {
                (call.method, format!("/api/v2.3{}", call.path).as_str()) == (info.method.as_str(), info.path)
            })
            .collect();
        assert!(!answers.is_empty(), "{} {} is not walked through", info.method, info.path);
        let content = &operation(&document, info.method.as_str(), info.path)["responses"]["200"]["content"];
        for call in answers {
            let what = format!("{} {}: {}", call.method, call.path, call.text);
            match &content["application/json"]["schema"] {
                Value::Null => assert_eq!(call.text, "", "{what}"),
                schema => check(&document, schema, &serde_json::from_str(&call.text).unwrap(), &what),
            }
        }
    }
}

#[tokio::test]
async fn every_example_is_carried_out() {
    let venue = two_accounts().await;
    let document = document(Dialect::Lmex);
    let bought = json!({"symbol": "BTC-PERP", "side": "BUY", "type": "MARKET", "size": 100});
    venue.post("/order", bought).await.one();
    let (mut bodies, closing): (Vec<&EndpointInfo>, Vec<&EndpointInfo>) = CATALOG
        .iter()
        .filter(|info| matches!(info.method, Method::Post | Method::Put))
        .partition(|info| !info.path.ends_with("/close_position"));
    bodies.extend(closing);
    for info in bodies {
        let operation = operation(&document, info.method.as_str(), info.path);
        let body = operation["requestBody"]["content"]["application/json"]["example"].clone();
        let target = info.path.strip_prefix("/api/v2.3").unwrap();
        let answer = venue.signed(info.method.as_str(), target, body.to_string().as_bytes()).await;
        assert_eq!(answer.status, 200, "{} {target} {body}: {}", info.method, answer.text);
        for status in ["\"status\":15", "\"status\":8"] {
            assert!(!answer.text.contains(&format!("{status},")), "{target}: {}", answer.text);
        }
    }
}

#[tokio::test]
async fn every_refusal_has_the_shape_of_the_document() {
    let venue = Venue::start().await;
    let document = document(Dialect::Lmex);
    for info in CATALOG {
        let path = format!("/futures{}", info.path);
        let answer =
            venue.send(info.method.as_str(), &format!("{path}?symbol=NO-SUCH"), &[], b"{\"a\":1}").await;
        let expected = if info.permission == Permission::Public { 400 } else { 401 };
        assert_eq!(answer.status, expected, "{} {path}: {}", info.method, answer.text);
        let response =
            &operation(&document, info.method.as_str(), info.path)["responses"][expected.to_string()];
        check(&document, &response["content"]["application/json"]["schema"], &answer.json(), &path);
    }
}

#[tokio::test]
async fn it_describes_the_dialect_that_is_served() {
    for (dialect, unsigned, absent) in [(Dialect::Lmex, 401, ""), (Dialect::Btse, 400, "401")] {
        let config = ExchangeConfig { limits: LimitsMode::Off, dialect, ..ExchangeConfig::default() };
        let venue = Venue::start_with(config).await;
        let served = venue.send("GET", "/openapi.json", &[], b"").await.ok();
        assert_eq!(served, document(dialect));
        let wallet = operation(&served, "GET", "/api/v2.3/user/wallet");
        let answer = venue.send("GET", "/futures/api/v2.3/user/wallet", &[], b"").await;
        assert_eq!(answer.status, unsigned);
        assert!(
            wallet["responses"][unsigned.to_string()].is_object() && wallet["responses"][absent].is_null()
        );

        let moved = json!({"walletSrcType": "CROSS", "walletDestType": "SPOT",
                           "apiWallets": [{"currency": "USDT", "balance": 10}]});
        let answer = venue.post("/user/wallet/transfer", moved).await.ok();
        let transfer = operation(&served, "POST", "/api/v2.3/user/wallet/transfer");
        check(
            &served,
            &transfer["responses"]["200"]["content"]["application/json"]["schema"],
            &answer,
            "transfer",
        );
        let other = if dialect == Dialect::Lmex { Dialect::Btse } else { Dialect::Lmex };
        let other = document(other);
        let schema =
            &operation(&other, "POST", "/api/v2.3/user/wallet/transfer")["responses"]["200"]["content"];
        assert!(fits(&other, &schema["application/json"]["schema"], &answer).is_err(), "{dialect}: {answer}");
        assert!(transfer["description"].as_str().unwrap().contains(&format!("In dialect {dialect}")));
    }
}

/// Asserts that a value is what a schema says: the part of JSON Schema that the document uses.
fn check(document: &Value, schema: &Value, value: &Value, what: &str) {
    if let Err(why) = fits(document, schema, value) {
        panic!("{what}: {why}");
    }
}

fn fits(document: &Value, schema: &Value, value: &Value) -> Result<(), String> {
    if let Some(reference) = schema["$ref"].as_str() {
        let named =
            document.pointer(reference.trim_start_matches('#')).ok_or_else(|| format!("no {reference}"))?;
        return fits(document, named, value);
    }
    if let Some(choices) = schema["anyOf"].as_array() {
        let failures: Vec<_> =
            choices.iter().filter_map(|choice| fits(document, choice, value).err()).collect();
        return if failures.len() < choices.len() { Ok(()) } else { Err(failures.join("; ")) };
    }
    let is_it = match schema["type"].as_str().ok_or_else(|| format!("no type: {schema}"))? {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.is_i64(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => return Err(format!("type {other}")),
    };
    if !is_it {
        return Err(format!("{value} is no {}", schema["type"]));
    }
    if let Some(items) = value.as_array() {
        return items.iter().try_for_each(|item| fits(document, &schema["items"], item));
    }
    let Some(members) = value.as_object() else { return Ok(()) };
    for name in schema["required"].as_array().into_iter().flatten() {
        members.get(name.as_str().unwrap()).ok_or_else(|| format!("{name} is missing"))?;
    }
    for (name, member) in members {
        let known = schema["properties"].get(name);
        let schema = known.or_else(|| schema.get("additionalProperties").filter(|other| other.is_object()));
        let schema = schema.ok_or_else(|| format!("{name} is not in the document"))?;
        fits(document, schema, member).map_err(|why| format!("{name}: {why}"))?;
    }
    Ok(())
}
