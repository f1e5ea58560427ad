//! Every scene is played twice: with the keychain and with the sealed store.

/// `scenes! { "needs X; run tests/run": one two }` makes of `fn one(store: Store)` the tests
/// `keychain::one` and `sealed::one`, and so on.
macro_rules! scenes {
    ($needs:literal: $($scene:ident)*) => {
        mod keychain {
            $(#[test]
            #[ignore = $needs]
            fn $scene() {
                super::$scene(super::Store::Keychain);
            })*
        }
        mod sealed {
            $(#[test]
            #[ignore = $needs]
            fn $scene() {
                super::$scene(super::Store::Sealed);
            })*
        }
    };
}
