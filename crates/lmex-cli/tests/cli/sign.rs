//! `lmex sign`: LMEX's published example, and the mistakes people make with paths.

use crate::support::{KEY, Place, SECRET, Venue};

const KEYS: [(&str, &str); 2] = [("LMEX_API_KEY", KEY), ("LMEX_API_SECRET", SECRET)];
/// The documented signatures of `/api/v2.3/user/wallet` and of a stream login, with the documented secret.
const WALLET: &str =
    "2c41ab59d24d4e807ab035ef2fd4619c928320cac319751e7be2ecd03e5bf6dd31a4c85db88535bbe3e012b22d312290";
const LOGIN: &str =
    "bd8afb8bee58ba0a2c67f84dcfe6e64d0274f55d064bb26ea84a0fe6dd8c621b541b511982fb0c0b8c244e9521a80ea1";

#[test]
fn the_documented_vector_comes_out_without_any_exchange() {
    let place = Place::new();
    let line = "sign GET /api/v2.3/user/wallet --nonce 1624984297330";
    let signed = place.lmex_with(&KEYS, &format!("{line} --json")).json();
    assert_eq!(
        signed,
        serde_json::json!({"message": "/api/v2.3/user/wallet1624984297330", "signature": WALLET})
    );
    let (columns, rows) = place.lmex_with(&KEYS, &format!("{line} --csv")).csv();
    assert_eq!(
        (columns.as_slice(), rows[0][1].as_str()),
        (&["message".to_owned(), "signature".to_owned()][..], WALLET)
    );
    let people = place.lmex_with(&KEYS, line).ok();
    assert_eq!(people.out, format!("message    /api/v2.3/user/wallet1624984297330\nsignature  {WALLET}\n"));
    assert_eq!(people.err, "local: key 4e95…816x (LMEX_API_KEY from the environment)\n");
}

#[test]
fn a_stream_login_is_signed_alike() {
    let signed = Place::new().lmex_with(&KEYS, "sign GET /ws/futures --nonce 1624985375123 --json").json();
    assert_eq!(signed["signature"], LOGIN);
}

#[test]
fn the_body_is_signed_byte_for_byte() {
    let signed = Place::new()
        .lmex_with(&KEYS, r#"sign POST /api/v2.3/order --nonce 1 --body {"size":1} --json"#)
        .json();
    assert_eq!(signed["message"], r#"/api/v2.3/order1{"size":1}"#);
}

#[test]
fn a_path_that_is_not_signed_like_that_is_refused_with_the_one_that_is() {
    for (path, said) in [
        ("/futures/api/v2.3/user/wallet", "give /api/v2.3/user/wallet"),
        ("/spot/api/v3.2/user/wallet", "give /api/v3.2/user/wallet"),
        ("/api/v2.3/user/wallet?symbol=BTC-PERP", "give /api/v2.3/user/wallet"),
        ("/futures/api/v2.3/user/wallet?symbol=BTC-PERP", "give /api/v2.3/user/wallet"),
        ("https://api.lmex.io/futures/api/v2.3/user/wallet", "without scheme and host"),
        ("api/v2.3/user/wallet", "begins with /api/"),
        ("/v2.3/user/wallet", "begins with /api/"),
        ("/api/v2.3/úser", "no characters beyond ASCII"),
    ] {
        let ran = Place::new().lmex_with(&KEYS, &format!("sign GET {path} --nonce 1624984297330"));
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{path}: {ran:?}");
        assert!(ran.err.contains(said), "{path}: {}", ran.err);
    }
}

#[test]
fn each_environment_signs_with_its_own_pair() {
    let variables = [
        ("LMEX_TESTNET_API_KEY", "testnet-key-0123"),
        ("LMEX_TESTNET_API_SECRET", "another"),
        KEYS[0],
        KEYS[1],
    ];
    let line = "sign GET /api/v2.3/user/wallet --nonce 1624984297330 --json";
    let testnet = Place::new().lmex_with(&variables, &format!("{line} --env testnet")).ok();
    assert!(testnet.err.starts_with("testnet: key test…0123 (LMEX_TESTNET_API_KEY"), "{}", testnet.err);
    assert!(!testnet.out.contains(WALLET));
    let live = Place::new().lmex_with(&variables, &format!("{line} --env live")).ok();
    assert!(live.out.contains(WALLET), "live has no pair of its own: {}", live.err);
}

#[test]
fn without_variables_the_running_exchanges_key_signs() {
    let venue = Venue::start();
    let ran = venue.lmex("sign GET /api/v2.3/user/wallet --nonce 1624984297330").ok();
    assert!(ran.out.contains(WALLET), "{ran:?}");
    assert!(ran.err.contains("the running local exchange (play money)"), "{}", ran.err);
}
