//! Which scopes the app needs, and which of them a consent lacks (R1).

/// A scope that is needed, by the name that new apps know it by, and by the classic one.
const NEEDED: [(&str, &str); 6] = [
    ("meeting:delete:meeting", "meeting:write"),
    ("meeting:read:list_meetings", "meeting:read"),
    ("meeting:read:meeting", "meeting:read"),
    ("meeting:update:meeting", "meeting:write"),
    ("meeting:write:meeting", "meeting:write"),
    ("user:read:user", "user:read"),
];

/// What account-managed apps append to the same scopes.
const BY_ADMIN: &str = ":admin";

/// The scopes that are needed and that none of those granted covers, sorted.
pub(crate) fn missing_scopes(granted: &[String]) -> Vec<&'static str> {
    let granted = |scope: &str| {
        let mut all = granted.iter().map(|one| one.strip_suffix(BY_ADMIN).unwrap_or(one));
        all.any(|one| one == scope)
    };
    let lacks = |(granular, classic): &&(&str, &str)| !granted(granular) && !granted(classic);
    NEEDED.iter().filter(lacks).map(|(granular, _)| *granular).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn missing(granted: &str) -> Vec<&'static str> {
        let granted: Vec<String> = granted.split_whitespace().map(str::to_owned).collect();
        missing_scopes(&granted)
    }

    #[test]
    fn granular_classic_and_admin_scopes_all_do() {
        let granular = NEEDED.map(|(granular, _)| granular).join(" ");
        assert!(missing(&granular).is_empty());
        assert!(missing("meeting:read meeting:write user:read extra").is_empty());
        assert!(missing("meeting:read:admin meeting:write:admin user:read:user:admin").is_empty());
    }

    #[test]
    fn writing_is_neither_updating_nor_deleting() {
        let most = "user:read meeting:read meeting:write:meeting";
        assert_eq!(missing(most), ["meeting:delete:meeting", "meeting:update:meeting"]);
        assert_eq!(missing("").len(), NEEDED.len());
    }
}
