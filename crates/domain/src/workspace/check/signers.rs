//! Who approves, and with which keys.

use super::super::{AllOr, Decider, Workspace, need};
use super::Check;
use crate::diagnostic::Diagnostic;
use crate::names;
use crate::sshsig;
use crate::yaml::At;

impl Check {
    pub(super) fn approvals(&mut self, workspace: &Workspace) {
        let scope = need::scope();
        for rule in &workspace.approvals {
            self.condition(&rule.when, &scope);
            match &rule.from {
                Some(from) => self.decider(workspace, from),
                None if rule.need > 0 => self.say(
                    &rule.when,
                    Diagnostic::new("WORKSPACE-003", "a key is missing", "`from` is missing")
                        .hint("say who: from: GROUP, or from: instance.owner"),
                ),
                None => {}
            }
        }
        for standing in &workspace.standing {
            if !names::is_word(&standing.id) {
                self.wrong(&standing.id, format!("`{}` can't be its name", standing.id.value), "lower-case letters, digits and -");
            }
            self.known_group(workspace, &standing.group);
            if let AllOr::These(instances) = &standing.instances {
                instances.iter().for_each(|name| self.known_instance(workspace, name));
            }
            for action in standing.actions.iter().filter(|action| !action.writes()) {
                self.wrong(action, format!("`{}` changes nothing", action.value), "name operations that change something");
            }
        }
        for delegate in &workspace.delegates {
            self.email(&delegate.from, "an approver's address");
            self.email(&delegate.to, "an approver's address");
            if delegate.ends < delegate.starts {
                self.wrong(&delegate.from, "this stand-in ends before it starts", "swap starts and ends");
            }
        }
    }

    pub(super) fn decider(&mut self, workspace: &Workspace, decider: &At<Decider>) {
        if let Decider::Group(name) = &decider.value {
            self.known_group(workspace, &decider.with(name.clone()));
        }
    }

    pub(super) fn keys(&mut self, workspace: &Workspace) {
        for (group, members) in &workspace.approvers {
            if !names::is_group(group) {
                self.wrong(group, format!("`{}` can't be the name of a group", group.value), "lower-case letters, digits, - _ and .");
            }
            members.iter().for_each(|address| self.email(address, "an approver's address"));
        }
        let mut owners: Vec<(sshsig::Key, &str)> = Vec::new();
        for (address, lines) in &workspace.keys {
            self.email(address, "an approver's address");
            for line in lines {
                match sshsig::Key::parse(line) {
                    Err(error) => self.key_error(line, &error),
                    Ok(key) => match owners.iter().find(|(known, owner)| *known == key && *owner != address.as_str()) {
                        Some((_, owner)) => self.wrong(
                            line,
                            format!("{owner} has the same key"),
                            "one key is one person's: make another with ssh-keygen -t ed25519",
                        ),
                        None => owners.push((key, address.as_str())),
                    },
                }
            }
        }
        for line in &workspace.revoked_keys {
            if let Err(error) = sshsig::Key::parse(line) {
                self.key_error(line, &error);
            }
        }
    }

    fn key_error(&mut self, line: &At<String>, error: &sshsig::SshError) {
        let message = Diagnostic::new("WORKSPACE-013", "a key that is not taken", error.to_string());
        self.say(line, message.hint(error.hint().unwrap_or("paste the line of the .pub file: \"ssh-ed25519 AAAA…\"")));
    }
}
