//! The `usher.yaml` that a company like this would write: six instances, one approval rule, the default guards.

use std::fmt::Write as _;

use crate::company::{CAST, Company};

/// What the text needs to know.
#[derive(Debug, Clone, Copy)]
pub struct Workspace<'a> {
    /// Base address of the identity provider, ending in `/v2`.
    pub idp_url: &'a str,
    /// Host and port of the Okta-like tenant.
    pub okta_host: &'a str,
    /// Host and port of the Darktrace-like appliance.
    pub darktrace_host: &'a str,
    /// Who may approve: address, and the line of the public key (`ssh-ed25519 AAAA…`).
    pub approvers: &'a [(&'a str, &'a str)],
    /// Steps may be planned for the apps that are known by files too; people do them.
    pub propose_files: bool,
}

impl Workspace<'_> {
    /// The text of `usher.yaml`. Paths in it are those that [`crate::simulation::Simulation::write_files`] writes.
    pub fn text(&self, company: &Company) -> String {
        let lead = &company.person(CAST.approver).email;
        let security = &company.person(CAST.second_approver).email;
        let gone = &company.person(CAST.gone_owner).email;
        let files = if self.propose_files { "propose" } else { "observe" };
        let (orphan, domain) = (CAST.orphaned_service, company.domain);
        let mut text = format!(
            "# The simulated company of `usher demo`. Every server and every person in it is invented.
company: {name}
domains: [{domain}]
zone: Europe/Berlin
store: sqlite:usher.db
people:
  sources: {{hr: {{key: employeeNumber}}}}
instances:
  hr:        {{app: csv_people, config: {{path: people.csv}}}}
  idp:       {{app: scim, mode: propose, config: {{base_url: {idp}}}, secrets: {{token: {{file: secrets/idp-token}}}}, owner: {lead}, criticality: high}}
  okta:      {{app: okta, mode: propose, config: {{domain: {okta}}}, secrets: {{api_token: {{file: secrets/okta-token}}}}, owner: {lead}, criticality: high}}
  darktrace: {{app: darktrace, mode: propose, config: {{host: {darktrace}, accounts: exports/darktrace.csv}},
              secrets: {{public_token: {{file: secrets/darktrace-public}}, private_token: {{file: secrets/darktrace-private}}}},
              owner: {security}, criticality: high, sign_in: [{{via: local}}]}}
  slack:     {{app: csv, mode: {files}, config: {{path: exports/slack.csv}}, owner: {lead}}}
  github:    {{app: csv, mode: {files}, config: {{path: exports/github.csv}}, key: userName, owner: {lead}}}
classify:
  - {{when: \"account.userName.startsWith('{orphan}')\", kind: service, owners: [{gone}]}}   # its owner has left
  - {{when: \"account.userName.startsWith('svc-')\", kind: service, owners: [{lead}]}}
  - {{when: \"account.userName.endsWith('-bot')\", kind: service, owners: [{lead}]}}
  - {{when: \"account.userName == 'admin'\", kind: system, owners: [{security}]}}
access:
  - {{id: okta-everybody, to: okta, when: \"person.state == 'active'\"}}
approvals:
  - {{when: \"true\", need: 1, from: it-leads, expires: 72h}}
guards:
  people:    {{ended: {{percent: 1, at_least: 5, at_most: 50}}, rows_shrink: 5%, unknown_values: stop}}
  removals:  {{per_instance: {{percent: 5, at_least: 5, at_most: 100}}}}
  protected: [\"okta:svc-usher@{domain}\"]
  override_from: it-leads
",
            name = quoted(&company.name),
            idp = quoted(self.idp_url),
            okta = quoted(self.okta_host),
            darktrace = quoted(self.darktrace_host),
        );
        let people: Vec<String> = self.approvers.iter().map(|(email, _)| quoted(email)).collect();
        let _ = writeln!(text, "approvers: {{it-leads: [{}]}}\nkeys:", people.join(", "));
        for (email, key) in self.approvers {
            // The comment behind a key says where it was made; it has no business here.
            let key: Vec<&str> = key.split_whitespace().take(2).collect();
            let _ = writeln!(text, "  {}: [{}]", quoted(email), quoted(&key.join(" ")));
        }
        text
    }
}

/// A text as JSON writes it, which is also a quoted text of YAML.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use usher_domain::manifest::Catalogue;

    use super::*;

    #[test]
    fn the_text_is_a_workspace_that_the_catalogue_agrees_with() {
        let company = Company::new(42, 120, "2026-11-25T09:00:00Z".parse().unwrap());
        let keys = [
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIN92U87sUZMMYLoXVi5/2b6zjRoyIvqcyA4irxQGaFD9",
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKgReyfbmufQtUpOAUghW/gMQ7pNsAc9/HSw7VaD5Ql1 made-here",
        ];
        let approvers =
            [(company.person(CAST.approver).email.as_str(), keys[0]), (company.person(CAST.second_approver).email.as_str(), keys[1])];
        let wanted = Workspace {
            idp_url: "http://127.0.0.1:4001/v2",
            okta_host: "127.0.0.1:4002",
            darktrace_host: "127.0.0.1:4003",
            approvers: &approvers,
            propose_files: true,
        };
        let apps = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../apps");
        let catalogue = Catalogue::new(["csv_people", "csv", "scim", "okta", "darktrace"].map(|app| {
            let file = apps.join(app).join("app.yaml");
            (app, std::fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display())))
        }));
        let text = wanted.text(&company);
        let workspace = usher_domain::workspace::Workspace::parse("usher.yaml", &text).unwrap_or_else(|e| panic!("{e}\n{text}"));
        let problems: Vec<String> = workspace.check("usher.yaml", &catalogue).iter().map(ToString::to_string).collect();
        assert_eq!(problems, Vec::<String>::new());
        assert_eq!(workspace.instances.len(), 6);
        assert!(!text.contains("made-here"));
        assert_eq!(workspace.members("it-leads", None).len(), 2);
    }
}
