//! What happens when somebody joins, moves, is away or leaves: the default of lifecycle.md §13, and what a company changes in it.
//!
//! The words of `do`, `of`, `on` and the like are closed lists; what a word means is its documentation here.

use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::stages::{Leaver, LeaverEmergency};
use crate::cel::Condition;
use crate::duration::{Duration, as_text};
use crate::yaml::{At, HINT};

/// Everything about time in a person's life at the company.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, expecting = "a mapping: {clock, joiner, mover, leave, leaver, …}")]
pub struct Lifecycle {
    /// When a day ends.
    pub clock: Clock,
    /// Somebody begins.
    pub joiner: Joiner,
    /// Somebody's job changes.
    pub mover: Mover,
    /// Somebody is away.
    pub leave: Leave,
    /// Somebody goes.
    pub leaver: Leaver,
    /// Somebody goes at once.
    pub emergency: LeaverEmergency,
    /// People with a contract.
    pub contractor: Contractor,
    /// People from outside.
    pub guest: Guest,
    /// Logins of programs.
    pub service: ServiceAccounts,
    /// Accounts that nobody uses.
    pub inactive: Inactive,
}

/// What is done. Each word is one kind of step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// The account at the IdP, not active yet.
    CreateIdpInactive,
    /// The mailbox.
    CreateMail,
    /// The account at the IdP becomes active.
    ActivateIdp,
    /// Accounts and grants of the access rules.
    Birthright,
    /// Suspend, undone on return.
    Suspend,
    /// Privileged accounts before the others.
    PrivilegedFirst,
    /// The account at the IdP is suspended.
    SuspendIdp,
    /// All sessions end.
    RevokeSessions,
    /// Every open account is suspended, or deactivated where it can't be.
    ShutAccounts,
    /// API keys, tokens, SSH keys, app passwords.
    RevokeCredentials,
    /// Apps that the account let in.
    RevokeOauthGrants,
    /// Privileged grants.
    RevokePrivileged,
    /// Secrets that several people know: a task.
    RotateSharedSecrets,
    /// On-call, approvals, ownerships: a task.
    RemoveFromDuties,
    /// Licences.
    UnassignLicences,
    /// Delete, where the instance says `purge: allowed`.
    DeleteWhereAllowed,
    /// All of `contain`.
    Contain,
    /// All of `close`.
    Close,
}

/// When a day ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, expecting = "a mapping: {day_ends, friday, zone, unknown_zone}")]
pub struct Clock {
    /// Local time at which a last day is over.
    pub day_ends: HourMinute,
    /// The same on Fridays.
    pub friday: HourMinute,
    /// Whose zone.
    pub zone: ClockZone,
    /// Whose zone where that is not known.
    pub unknown_zone: ClockZone,
}

impl Default for Clock {
    fn default() -> Self {
        Clock {
            day_ends: HourMinute { hour: 18, minute: 0 },
            friday: HourMinute { hour: 16, minute: 0 },
            zone: ClockZone::Person,
            unknown_zone: ClockZone::Company,
        }
    }
}

/// Whose zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClockZone {
    /// The person's.
    Person,
    /// The company's.
    Company,
}

/// A time of the day, `18:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HourMinute {
    /// 0 to 23.
    pub hour: i8,
    /// 0 to 59.
    pub minute: i8,
}

/// A text that is not a time of the day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a time of the day{HINT}write it as in \"18:00\"")]
pub struct NotAnHour(String);

impl FromStr for HourMinute {
    type Err = NotAnHour;

    fn from_str(text: &str) -> Result<Self, NotAnHour> {
        let part = |digits: &str, below: i8| (digits.len() == 2).then(|| digits.parse().ok().filter(|n| (0..below).contains(n))).flatten();
        let parsed = text.split_once(':').and_then(|(h, m)| Some(HourMinute { hour: part(h, 24)?, minute: part(m, 60)? }));
        parsed.ok_or_else(|| NotAnHour(text.to_owned()))
    }
}

impl fmt::Display for HourMinute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.hour, self.minute)
    }
}

as_text!(HourMinute, "HourMinute", "^[0-2][0-9]:[0-5][0-9]$", "A time of the day: \"18:00\"");

/// A moment counted from the first day: `start`, `start - 7d`, `start 06:00`, `start + 1d 09:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct FromStart {
    /// Seconds after (negative: before) the beginning of the first day.
    pub offset: i64,
    /// Local time on that day.
    pub time: Option<HourMinute>,
}

/// A text that is not such a moment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a moment{HINT}write start, start - 7d, or \"start 06:00\"")]
pub struct NotAMoment(String);

impl FromStr for FromStart {
    type Err = NotAMoment;

    fn from_str(text: &str) -> Result<Self, NotAMoment> {
        let parse = || {
            let mut words = text.split_ascii_whitespace().peekable();
            (words.next()? == "start").then_some(())?;
            let mut moment = FromStart::default();
            if let Some(sign) = words.next_if(|w| matches!(*w, "+" | "-")) {
                let seconds = i64::try_from(words.next()?.parse::<Duration>().ok()?.seconds()).ok()?;
                moment.offset = if sign == "-" { -seconds } else { seconds };
            }
            if let Some(word) = words.next() {
                moment.time = Some(word.parse().ok()?);
            }
            words.next().is_none().then_some(moment)
        };
        parse().ok_or_else(|| NotAMoment(text.to_owned()))
    }
}

impl fmt::Display for FromStart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("start")?;
        if self.offset != 0 {
            let sign = if self.offset < 0 { '-' } else { '+' };
            write!(f, " {sign} {}", Duration::Seconds(self.offset.unsigned_abs()))?;
        }
        self.time.map_or(Ok(()), |time| write!(f, " {time}"))
    }
}

as_text!(
    FromStart,
    "FromStart",
    "^start( [+-] [0-9]+[smhdw])?( [0-2][0-9]:[0-5][0-9])?$",
    "A moment counted from the first day: start - 7d, \"start 06:00\""
);

/// Somebody begins.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, expecting = "a mapping: {prehire, start, secret, no_show, rejoin, gap}")]
pub struct Joiner {
    /// Before the first day.
    pub prehire: Prehire,
    /// On the first day.
    pub start: Start,
    /// The first password.
    pub secret: FirstSecret,
    /// They don't come.
    pub no_show: NoShow,
    /// They come back.
    pub rejoin: Rejoin,
    /// Between two employments.
    pub gap: EmploymentGap,
}

/// Before the first day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, expecting = "a mapping: {at, do, needs}")]
pub struct Prehire {
    /// When.
    pub at: FromStart,
    /// What.
    #[serde(rename = "do")]
    pub acts: Vec<Act>,
    /// For whom: over `state`, the person's.
    pub needs: Option<At<Condition>>,
}

impl Default for Prehire {
    fn default() -> Self {
        let needs = Condition::parse("state in ['prehire', 'active']").ok().map(At::nowhere);
        Prehire { at: FromStart { offset: -7 * 86_400, time: None }, acts: vec![Act::CreateIdpInactive, Act::CreateMail], needs }
    }
}

/// On the first day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, expecting = "a mapping: {at, do, deadline}")]
pub struct Start {
    /// When.
    pub at: FromStart,
    /// What.
    #[serde(rename = "do")]
    pub acts: Vec<Act>,
    /// Until when it must be done.
    pub deadline: FromStart,
}

impl Default for Start {
    fn default() -> Self {
        let at = |hour| FromStart { offset: 0, time: Some(HourMinute { hour, minute: 0 }) };
        Start { at: at(6), acts: vec![Act::ActivateIdp, Act::Birthright], deadline: at(9) }
    }
}

/// The first password: never to the mailbox that is being created.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, expecting = "a mapping: {to, kind, lives}")]
pub struct FirstSecret {
    /// Who hands it over.
    pub to: Recipient,
    /// What it is.
    pub kind: SecretKind,
    /// How long it works.
    pub lives: Duration,
}

impl Default for FirstSecret {
    fn default() -> Self {
        FirstSecret { to: Recipient::Manager, kind: SecretKind::OneTime, lives: Duration::hours(72) }
    }
}

/// Who gets something that was a person's, or hands something to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum Recipient {
    /// The manager.
    #[serde(rename = "manager")]
    Manager,
    /// The manager's manager.
    #[serde(rename = "managers_manager")]
    ManagersManager,
    /// The owner of the instance.
    #[serde(rename = "instance.owner")]
    InstanceOwner,
}

/// What a first password is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SecretKind {
    /// Works once, then must be changed.
    OneTime,
}

/// They don't come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, expecting = "a mapping: {do, delete}")]
pub struct NoShow {
    /// What, when the start is moved or withdrawn.
    #[serde(rename = "do")]
    pub acts: Vec<Act>,
    /// Whether accounts that were made are deleted.
    pub delete: Never,
}

impl Default for NoShow {
    fn default() -> Self {
        NoShow { acts: vec![Act::Suspend], delete: Never::Never }
    }
}

/// A key that has one value: it says what is not up for choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Never {
    /// Never.
    #[default]
    Never,
}

/// They come back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, expecting = "a mapping: {relink, reactivate, grants}")]
pub struct Rejoin {
    /// Whether their old accounts are linked again.
    pub relink: Relink,
    /// Whether these are opened again.
    pub reactivate: bool,
    /// Which grants come back.
    pub grants: RejoinGrants,
}

impl Default for Rejoin {
    fn default() -> Self {
        Rejoin { relink: Relink::Always, reactivate: true, grants: RejoinGrants::RulesOnly }
    }
}

/// Whether old accounts are linked again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Relink {
    /// They are.
    Always,
    /// A person is asked.
    Ask,
}

/// Which grants come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RejoinGrants {
    /// Those of the access rules; old privileges don't come back.
    RulesOnly,
}

/// Between two employments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, expecting = "a mapping: {under, do, keep}")]
pub struct EmploymentGap {
    /// A gap shorter than this is no leaving.
    pub under: Duration,
    /// What.
    #[serde(rename = "do")]
    pub acts: Vec<Act>,
    /// What stays.
    pub keep: Keep,
}

impl Default for EmploymentGap {
    fn default() -> Self {
        EmploymentGap { under: Duration::days(30), acts: vec![Act::Suspend], keep: Keep::Everything }
    }
}

/// What stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Keep {
    /// Nothing is revoked, moved or deleted.
    Everything,
}

/// Somebody's job changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, expecting = "a mapping: {on, gain, lose, rename}")]
pub struct Mover {
    /// Which changes count.
    pub on: Vec<MoverChange>,
    /// What the new job gives.
    pub gain: Gain,
    /// What the old one takes along.
    pub lose: Lose,
    /// How a rename goes through.
    pub rename: Rename,
}

impl Default for Mover {
    fn default() -> Self {
        use MoverChange::{Department, Employer, Location, Manager, Title, Type};
        let on = vec![Department, Title, Manager, Location, Employer, Type];
        Mover { on, gain: Gain::default(), lose: Lose::default(), rename: Rename::default() }
    }
}

/// A change that makes a mover.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the attributes of an employment")]
pub enum MoverChange {
    Department,
    Title,
    Manager,
    Location,
    Employer,
    Type,
}

/// What the new job gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, expecting = "a mapping: {at}")]
pub struct Gain {
    /// When.
    pub at: GainAt,
}

/// When a mover gains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GainAt {
    /// From the day of the change.
    #[default]
    Effective,
    /// As soon as it is known.
    Known,
}

/// What the old job takes along.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, expecting = "a mapping: {ask, after, privileged, requested_review}")]
pub struct Lose {
    /// Who is asked.
    pub ask: AskWho,
    /// When it goes if nobody says otherwise.
    pub after: Duration,
    /// The same for privileged grants.
    pub privileged: Duration,
    /// When grants that were requested are reviewed.
    pub requested_review: Duration,
}

impl Default for Lose {
    fn default() -> Self {
        Lose { ask: AskWho::NewManager, after: Duration::days(14), privileged: Duration::days(0), requested_review: Duration::days(14) }
    }
}

/// Who is asked about a mover's old access.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AskWho {
    /// The manager after the change.
    NewManager,
    /// The manager before it.
    OldManager,
}

/// How a rename goes through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, expecting = "a mapping: {order}")]
pub struct Rename {
    /// In this order.
    pub order: Vec<RenameStep>,
}

impl Default for Rename {
    fn default() -> Self {
        Rename { order: vec![RenameStep::Idp, RenameStep::MailKeepAlias, RenameStep::ByNativeId, RenameStep::ByEmailAsTask] }
    }
}

/// One part of a rename.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RenameStep {
    /// The IdP.
    Idp,
    /// The mailbox, with the old address as alias.
    MailKeepAlias,
    /// Apps, by native id.
    ByNativeId,
    /// Apps that are keyed by e-mail: a task each.
    ByEmailAsTask,
}

/// Somebody is away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(
    default,
    rename_all = "snake_case",
    deny_unknown_fields,
    expecting = "a mapping: {over, suspend, keep, return, end_unknown_review}"
)]
pub struct Leave {
    /// Longer than this.
    pub over: Duration,
    /// What is suspended.
    pub suspend: Vec<LeaveScope>,
    /// What stays.
    pub keep: Vec<LeaveScope>,
    /// What happens on return.
    #[serde(rename = "return")]
    pub on_return: OnReturn,
    /// How often a leave without an end is looked at.
    pub end_unknown_review: Duration,
}

impl Default for Leave {
    fn default() -> Self {
        Leave {
            over: Duration::days(30),
            suspend: vec![LeaveScope::Privileged, LeaveScope::CriticalityHigh],
            keep: vec![LeaveScope::Mail, LeaveScope::Hr, LeaveScope::Learning],
            on_return: OnReturn::Undo,
            end_unknown_review: Duration::days(90),
        }
    }
}

/// A part of somebody's access.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LeaveScope {
    /// Privileged accounts and grants.
    Privileged,
    /// Instances of high criticality.
    CriticalityHigh,
    /// Mail.
    Mail,
    /// The HR system.
    Hr,
    /// Learning.
    Learning,
    /// Everything.
    Everything,
}

/// What happens on return.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnReturn {
    /// What was suspended is opened again.
    Undo,
    /// A person is asked.
    Ask,
}

/// People with a contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, expecting = "a mapping: {end_date, warn_sponsor, extend, silence}")]
pub struct Contractor {
    /// Whether a contract without an end is a finding.
    pub end_date: Requirement,
    /// How long before the end the sponsor is told.
    pub warn_sponsor: Vec<Duration>,
    /// How it is extended.
    pub extend: Extend,
    /// What it means if nobody answers.
    pub silence: Silence,
}

impl Default for Contractor {
    fn default() -> Self {
        Contractor {
            end_date: Requirement::Required,
            warn_sponsor: vec![Duration::days(30), Duration::days(7)],
            extend: Extend::default(),
            silence: Silence::Ends,
        }
    }
}

/// Whether something must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Requirement {
    /// It must.
    Required,
    /// It may.
    Optional,
}

/// How a contract is extended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, expecting = "a mapping: {by, max}")]
pub struct Extend {
    /// Who may.
    pub by: Extender,
    /// By at most so long.
    pub max: Duration,
}

impl Default for Extend {
    fn default() -> Self {
        Extend { by: Extender::Sponsor, max: Duration::days(180) }
    }
}

/// Who may extend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Extender {
    /// The sponsor.
    Sponsor,
    /// The manager.
    Manager,
}

/// What it means if nobody answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Silence {
    /// It ends.
    Ends,
    /// It stays, and is a finding.
    Stays,
}

/// People from outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, expecting = "a mapping: {sponsor, max}")]
pub struct Guest {
    /// Whether a guest without an active sponsor is a finding.
    pub sponsor: Requirement,
    /// Longest stay.
    pub max: Duration,
}

impl Default for Guest {
    fn default() -> Self {
        Guest { sponsor: Requirement::Required, max: Duration::days(180) }
    }
}

/// Logins of programs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, expecting = "a mapping: {owners, review, owner_left}")]
pub struct ServiceAccounts {
    /// So many owners.
    pub owners: u32,
    /// How often it is asked whether they are still needed.
    pub review: Duration,
    /// What happens when an owner leaves.
    pub owner_left: OwnerLeft,
}

impl Default for ServiceAccounts {
    fn default() -> Self {
        ServiceAccounts { owners: 2, review: Duration::days(180), owner_left: OwnerLeft::default() }
    }
}

/// What happens when an owner leaves: never deactivation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, expecting = "a mapping: {to, rotate}")]
pub struct OwnerLeft {
    /// Who owns it then.
    pub to: Recipient,
    /// Until when its secrets are rotated.
    pub rotate: Duration,
}

impl Default for OwnerLeft {
    fn default() -> Self {
        OwnerLeft { to: Recipient::InstanceOwner, rotate: Duration::days(14) }
    }
}

/// Accounts that nobody uses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, expecting = "a mapping: {after, ask, except}")]
pub struct Inactive {
    /// Not used for so long (unknown is not inactive).
    pub after: Duration,
    /// How long the holder has to answer.
    pub ask: Duration,
    /// Which ones are left alone.
    pub except: Vec<InactiveExcept>,
}

impl Default for Inactive {
    fn default() -> Self {
        use InactiveExcept::{Breakglass, Leave, Service};
        Inactive { after: Duration::days(90), ask: Duration::days(14), except: vec![Leave, Service, Breakglass] }
    }
}

/// Accounts that may be unused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum InactiveExcept {
    /// Of people who are away.
    Leave,
    /// Of programs.
    Service,
    /// Protected ones.
    Breakglass,
}
