//! What can be typed. Every command has an example in its help.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Identity lifecycle for every app a company uses, also those with no SCIM and no user API.
#[derive(Debug, Parser)]
#[command(name = "usher", version, propagate_version = true, arg_required_else_help = true, max_term_width = 100)]
#[command(after_help = "First steps:
  usher demo                                             the whole way on a simulated company
  usher findings --people people.csv --accounts exports/ your own files, nothing to set up
  usher init                                             a workspace to keep in git

Exit codes: 0 done; 1 failed; 2 wrong usage; 3 findings exist (--fail); 4 waits for approval or a
person (apply); 5 a run ended with steps not confirmed; 6 a guard stopped it.")]
pub(crate) struct Cli {
    /// The workspace: the directory with usher.yaml.
    #[arg(long, global = true, default_value = ".", value_name = "DIR")]
    pub(crate) dir: PathBuf,
    /// For people, or one JSON document.
    #[arg(long, global = true, default_value = "human", value_name = "FORMAT")]
    pub(crate) format: Format,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// How output is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Human,
    /// One JSON document with "version": 1.
    Json,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Walk the whole corridor on a simulated company and leave a workspace to try things in.
    #[command(after_help = "Example:\n  usher demo\n  usher --dir /tmp/demo demo --yes --people 1000")]
    Demo(Demo),
    /// Make a new workspace: a usher.yaml with what is known already.
    #[command(after_help = "Example:\n  usher init --people people.csv --accounts exports/")]
    Init(Init),
    /// Add an instance of an app to the workspace and test its credentials.
    #[command(after_help = "Example:\n  usher connect okta --config domain=acme.okta.com --secret api_token=env:OKTA_API_TOKEN
  usher connect darktrace --config host=dt.acme.example --secret public_token=env:DT_PUBLIC_TOKEN --secret private_token=file:/run/secrets/dt
  usher connect scim --name box --config base_url=https://box.acme.example/scim/v2 --secret token=env:BOX_TOKEN
  usher connect csv --name slack --config path=exports/slack-members.csv")]
    Connect(Connect),
    /// Check everything and say what is wrong.
    #[command(after_help = "Example:\n  usher doctor\n  usher doctor okta")]
    Doctor(Names),
    /// Which instances can be read, changed and shut, by what, and how fresh the reads are.
    #[command(after_help = "Example:\n  usher coverage\n  usher coverage --format json")]
    Coverage,
    /// The catalogue of apps.
    #[command(subcommand)]
    App(App),
    /// Read accounts, entitlements and people of the instances.
    #[command(after_help = "Example:\n  usher read\n  usher read hr okta")]
    Read(Read),
    /// A named read of an instance that is not about identity: one JSON object a line.
    #[command(
        after_help = "Example:\n  usher query darktrace devices\n  usher query darktrace model_breaches --since 2026-11-24T00:00:00Z --until 2026-11-25T00:00:00Z"
    )]
    Query(Query),
    /// What differs between what is and what should be; with --people and --accounts from bare files, without a workspace.
    #[command(
        args_conflicts_with_subcommands = true,
        after_help = "Example:\n  usher findings --people people.csv --accounts exports/
  usher findings --rule leaver_account --format json
  usher findings accept --all --until 2027-02-20 --reason 'baseline of day one'"
    )]
    Findings(Findings),
    /// One account: show it, or decide whose or what it is.
    #[command(subcommand)]
    Account(Account),
    /// Who has, or had, what: for a person, an instance or an entitlement.
    #[command(
        after_help = "Example:\n  usher who bob.builder@corp.example\n  usher who okta\n  usher who role/admin --at 2026-11-01T00:00:00Z"
    )]
    Who(Who),
    /// Make a plan from the findings.
    #[command(
        after_help = "Example:\n  usher plan\n  usher plan --instance okta --out plan.jsonl\n  usher plan --override removals --by ana@corp.example --reason CHG-1042"
    )]
    Plan(Plan),
    /// Make a plan that takes one person's access away.
    #[command(after_help = "Example:\n  usher offboard bob.builder@corp.example
  usher offboard bob.builder@corp.example --now --by ana@corp.example --reason INC-7")]
    Offboard(Offboard),
    /// Approve or reject plans with an SSH signature.
    #[command(after_help = "Example:\n  usher approve 7f3c-91aa --key ~/.ssh/id_ed25519
  usher approve --all
  usher approve 7f3c-91aa --print --by ana@corp.example > m.txt
  ssh-keygen -Y sign -n usher-decision-v1 -f ~/.ssh/id_ed25519 m.txt
  usher approve 7f3c-91aa --signature m.txt.sig")]
    Approve(Approve),
    /// Carry out an approved plan, or go on with its run.
    #[command(after_help = "Example:\n  usher apply 7f3c-91aa\n  usher apply 7f3c-91aa --detach")]
    Apply(Apply),
    /// Look at runs, or go on with one.
    #[command(subcommand)]
    Run(Run),
    /// Read by cadence and carry out runs, day and night; answers /healthz, /readyz and /metrics.
    #[command(after_help = "Example:\n  usher serve\n  usher serve --listen 127.0.0.1:8470 --log-format json")]
    Serve(Serve),
    /// Carry out the steps of runs that wait, here and now; any number of them, on any machine that reaches the store.
    #[command(after_help = "Example:\n  usher worker\n  usher worker --once")]
    Worker(Worker),
    /// Tasks for people.
    #[command(subcommand)]
    Task(Task),
    /// Hand evidence over, check it, give an anchor to keep elsewhere.
    #[command(subcommand)]
    Evidence(Evidence),
    /// Look after the store: check it, copy it, back it up.
    #[command(subcommand)]
    Store(Store),
    /// Write shell completions to stdout.
    #[command(after_help = "Example:\n  usher completions bash > /etc/bash_completion.d/usher")]
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Write the command reference, man pages and completions into a directory.
    #[command(hide = true)]
    Reference {
        /// The directory.
        dir: PathBuf,
    },
}

/// `usher demo`
#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// How many people the simulated company has.
    #[arg(long, default_value_t = 120, value_name = "N", value_parser = clap::value_parser!(u32).range(60..=1_000_000))]
    pub(crate) people: u32,
    /// Do not ask, and do not wait between the stations.
    #[arg(long)]
    pub(crate) yes: bool,
    /// The same seed makes the same company.
    #[arg(long, default_value_t = 7, value_name = "N")]
    pub(crate) seed: u64,
}

/// `usher init`
#[derive(Debug, Args)]
pub(crate) struct Init {
    /// The company's name.
    #[arg(long, value_name = "NAME")]
    pub(crate) company: Option<String>,
    /// A domain whose addresses prove identity; may be given several times.
    #[arg(long = "domain", value_name = "DOMAIN")]
    pub(crate) domains: Vec<String>,
    /// An export of the HR system.
    #[arg(long, value_name = "FILE")]
    pub(crate) people: Option<PathBuf>,
    /// A folder with exports of apps.
    #[arg(long, value_name = "DIR")]
    pub(crate) accounts: Option<PathBuf>,
}

/// `usher connect`
#[derive(Debug, Args)]
pub(crate) struct Connect {
    /// The app, as `usher app list` names it.
    pub(crate) app: String,
    /// The instance's name; the app's name if not given.
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// A value that the app asks for; may be given several times.
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) config: Vec<String>,
    /// Where a secret is kept: env:NAME or file:PATH, never the secret itself.
    #[arg(long, value_name = "KEY=REFERENCE")]
    pub(crate) secret: Vec<String>,
    /// Who answers for this instance.
    #[arg(long, value_name = "EMAIL")]
    pub(crate) owner: Option<String>,
    /// observe: read and find; propose: steps may be planned; enforce: the scheduler applies what is approved.
    #[arg(long, default_value = "observe", value_parser = ["observe", "propose", "enforce"])]
    pub(crate) mode: String,
    /// Write it down although the test failed.
    #[arg(long)]
    pub(crate) untested: bool,
}

/// Instances by name.
#[derive(Debug, Args)]
pub(crate) struct Names {
    /// Instances; all if none is named.
    #[arg(value_name = "INSTANCE")]
    pub(crate) instances: Vec<String>,
}

/// `usher app`
#[derive(Debug, Subcommand)]
pub(crate) enum App {
    /// The apps of the catalogue, or those that fit a question.
    #[command(
        after_help = "Example:\n  usher app list\n  usher app list --automation full\n  usher app list --unknown scim --unknown user_api\n  usher app list --source stitchflow.com --format json"
    )]
    List(AppFilter),
    /// The facts, operations and keys of one app, as they stand in its manifest.
    #[command(after_help = "Example:\n  usher app show darktrace\n  usher app show okta --format json")]
    Show {
        /// The app, or a manifest file.
        app: String,
    },
    /// Find apps by words of their facts: all of the words must be said somewhere.
    #[command(after_help = "Example:\n  usher app search hmac\n  usher app search suspended seat")]
    Search {
        /// The words.
        #[arg(required = true, value_name = "WORD")]
        words: Vec<String>,
    },
    /// What is known about managing users in an app, from where and since when, and what is not known: a page.
    #[command(
        after_help = "Example:\n  usher app guide darktrace\n  usher app guide okta --html --out okta.html\n  usher app guide ./apps/acme/app.yaml"
    )]
    Guide {
        /// The app, or a manifest file.
        app: String,
        /// As one HTML file that needs nothing else; Markdown if left out.
        #[arg(long)]
        html: bool,
        /// Write it to this file instead of stdout.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// The guides of all apps as a static site that works from its folder.
    #[command(after_help = "Example:\n  usher app site ./guides")]
    Site {
        /// A new folder, or one that an earlier `app site` made.
        dir: PathBuf,
    },
    /// Check manifests: every problem at once, with its line.
    #[command(after_help = "Example:\n  usher app check\n  usher app check ./apps/acme/app.yaml\n  usher app check --stale")]
    Check {
        /// An app of the catalogue, or a file; all of the catalogue if none is named.
        app: Option<String>,
        /// Also list the facts that were seen more than 180 days ago.
        #[arg(long)]
        stale: bool,
    },
}

/// `usher app list`
#[derive(Debug, Args)]
pub(crate) struct AppFilter {
    /// Its name holds this.
    #[arg(long, value_name = "TEXT")]
    pub(crate) name: Option<String>,
    /// An operation goes this way: http, scim, ldap, sql, browser, csv, human.
    #[arg(long, value_name = "KIND")]
    pub(crate) way: Option<String>,
    /// How far it is automated: full, partial, manual_only, not_supported.
    #[arg(long, value_name = "WORD")]
    pub(crate) automation: Option<String>,
    /// This fact is not known; may be given several times.
    #[arg(long, value_name = "FACT")]
    pub(crate) unknown: Vec<String>,
    /// A source whose name or address holds this is cited.
    #[arg(long, value_name = "TEXT")]
    pub(crate) source: Option<String>,
}

/// `usher read`
#[derive(Debug, Args)]
pub(crate) struct Read {
    /// Instances; all if none is named.
    #[arg(value_name = "INSTANCE")]
    pub(crate) instances: Vec<String>,
    /// A file is much smaller than the last one, and that is right.
    #[arg(long)]
    pub(crate) accept_shrink: bool,
}

/// `usher query`
#[derive(Debug, Args)]
pub(crate) struct Query {
    /// The instance.
    pub(crate) instance: String,
    /// The query, as `usher app show APP` lists it.
    pub(crate) name: String,
    /// Beginning of a time window (RFC 3339); 24 hours ago if not given.
    #[arg(long, value_name = "TIME")]
    pub(crate) since: Option<String>,
    /// End of a time window (RFC 3339); now if not given.
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<String>,
    /// A further value that the query asks for.
    #[arg(long = "with", value_name = "KEY=VALUE")]
    pub(crate) with: Vec<String>,
}

/// `usher findings`
#[derive(Debug, Args)]
pub(crate) struct Findings {
    /// `accept`.
    #[command(subcommand)]
    pub(crate) command: Option<FindingsCommand>,
    /// People: an export of the HR system (with --accounts: no workspace is needed).
    #[arg(long, value_name = "FILE", requires = "accounts")]
    pub(crate) people: Option<PathBuf>,
    /// Accounts: a folder with exports of apps, one file an app, or one file.
    #[arg(long, value_name = "DIR", requires = "people")]
    pub(crate) accounts: Option<PathBuf>,
    /// The day to judge by; today if not given.
    #[arg(long, value_name = "DATE", requires = "people")]
    pub(crate) as_of: Option<String>,
    /// Only this rule; may be given several times.
    #[arg(long, value_name = "RULE")]
    pub(crate) rule: Vec<String>,
    /// Only this instance; may be given several times.
    #[arg(long, value_name = "INSTANCE")]
    pub(crate) instance: Vec<String>,
    /// Only numbers.
    #[arg(long)]
    pub(crate) summary: bool,
    /// Every finding, also those that are accepted, and no list cut short.
    #[arg(long)]
    pub(crate) all: bool,
    /// Say how each file was read: what was taken for what, what was left out.
    #[arg(long, requires = "people")]
    pub(crate) explain: bool,
    /// Order of dates like 03/04/2026 where the files leave it open.
    #[arg(long, value_name = "ORDER", value_parser = ["dmy", "mdy"], requires = "people")]
    pub(crate) dates: Option<String>,
    /// Which column holds what, where the headers leave it open: status="User Status".
    #[arg(long, value_name = "FIELD=HEADER", requires = "people")]
    pub(crate) column: Vec<String>,
    /// Exit with 3 if there are findings.
    #[arg(long)]
    pub(crate) fail: bool,
}

/// `usher findings accept`
#[derive(Debug, Subcommand)]
pub(crate) enum FindingsCommand {
    /// Let findings stand until a date, with a reason. Ends early when the facts behind one change.
    Accept(Accept),
}

/// What is accepted.
#[derive(Debug, Args)]
pub(crate) struct Accept {
    /// Keys of findings, as `findings` shows them.
    #[arg(value_name = "KEY", required_unless_present = "all")]
    pub(crate) keys: Vec<String>,
    /// All that are open now, but for critical ones: the baseline of day one, at most 90 days.
    #[arg(long, conflicts_with = "keys")]
    pub(crate) all: bool,
    /// With --all: only this rule.
    #[arg(long, value_name = "RULE")]
    pub(crate) rule: Vec<String>,
    /// With --all: only this instance.
    #[arg(long, value_name = "INSTANCE")]
    pub(crate) instance: Vec<String>,
    /// Until when (at most 365 days).
    #[arg(long, value_name = "DATE")]
    pub(crate) until: String,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
    /// Who decides.
    #[arg(long, value_name = "EMAIL")]
    pub(crate) by: Option<String>,
}

/// An account of an instance.
#[derive(Debug, Args)]
pub(crate) struct OneAccount {
    /// The instance.
    pub(crate) instance: String,
    /// Native id, login or address.
    pub(crate) account: String,
}

/// `usher account`
#[derive(Debug, Subcommand)]
pub(crate) enum Account {
    /// Everything known about one account.
    #[command(after_help = "Example:\n  usher account show okta bob.builder@corp.example")]
    Show(OneAccount),
    /// Say whose account it is. No lap undoes it.
    #[command(
        after_help = "Example:\n  usher account link github hhopper --person grace.hopper@corp.example --by ana@corp.example --reason 'asked her'"
    )]
    Link {
        /// Which.
        #[command(flatten)]
        account: OneAccount,
        /// Address, employee number or id of the person.
        #[arg(long, value_name = "PERSON")]
        person: String,
        /// Who decides, and why.
        #[command(flatten)]
        decision: Deciding,
    },
    /// Say that it is nobody's that rules would find. No lap links it again.
    #[command(after_help = "Example:\n  usher account unlink github hhopper --by ana@corp.example --reason 'another Grace'")]
    Unlink {
        /// Which.
        #[command(flatten)]
        account: OneAccount,
        /// Who decides, and why.
        #[command(flatten)]
        decision: Deciding,
    },
    /// Say what it is: human, guest, service, shared, system or agent.
    #[command(
        after_help = "Example:\n  usher account classify okta svc-jenkins --kind service --owner platform@corp.example --by ana@corp.example --reason CI"
    )]
    Classify {
        /// Which.
        #[command(flatten)]
        account: OneAccount,
        /// What it is.
        #[arg(long, value_parser = ["human", "guest", "service", "shared", "system", "agent"])]
        kind: String,
        /// primary, privileged, test …
        #[arg(long, value_name = "WORD")]
        purpose: Option<String>,
        /// An owner; may be given several times.
        #[arg(long = "owner", value_name = "EMAIL")]
        owners: Vec<String>,
        /// Who decides, and why.
        #[command(flatten)]
        decision: Deciding,
    },
}

/// Who decides, and why.
#[derive(Debug, Args)]
pub(crate) struct Deciding {
    /// Who decides.
    #[arg(long, value_name = "EMAIL")]
    pub(crate) by: Option<String>,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
}

/// `usher who`
#[derive(Debug, Args)]
pub(crate) struct Who {
    /// A person (address, number, id, part of a name), an instance, or an entitlement (kind/name).
    pub(crate) subject: String,
    /// As of an earlier time (RFC 3339, or a date).
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<String>,
}

/// `usher plan`
#[derive(Debug, Args)]
pub(crate) struct Plan {
    /// Only for this person; may be given several times.
    #[arg(long, value_name = "PERSON")]
    pub(crate) person: Vec<String>,
    /// Only in this instance; may be given several times.
    #[arg(long, value_name = "INSTANCE")]
    pub(crate) instance: Vec<String>,
    /// Not for this person; may be given several times.
    #[arg(long, value_name = "PERSON")]
    pub(crate) without: Vec<String>,
    /// Also write the plan file here (a directory where there are several).
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Override this guard in this plan; the plan names whom it frees, and policy's override group must sign.
    #[arg(long = "override", value_name = "RULE", requires = "by")]
    pub(crate) overrides: Vec<String>,
    /// Who asks; they can't approve it.
    #[arg(long, value_name = "EMAIL")]
    pub(crate) by: Option<String>,
    /// Why: a ticket, no names.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
}

/// `usher offboard`
#[derive(Debug, Args)]
pub(crate) struct Offboard {
    /// Address, employee number or id of the person.
    pub(crate) person: String,
    /// Do not wait for HR: an emergency that --by asks for and others approve.
    #[arg(long, requires = "by")]
    pub(crate) now: bool,
    /// Who asks; they can't approve it.
    #[arg(long, value_name = "EMAIL")]
    pub(crate) by: Option<String>,
    /// Why: a ticket, no names.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
    /// Also write the plan file here.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

/// `usher approve`
#[derive(Debug, Args)]
pub(crate) struct Approve {
    /// Plans or batches: an id, a digest, a prefix of one, or a file.
    #[arg(value_name = "PLAN", required_unless_present = "all")]
    pub(crate) plans: Vec<String>,
    /// All plans that are open.
    #[arg(long, conflicts_with = "plans")]
    pub(crate) all: bool,
    /// Reject instead: final for this plan.
    #[arg(long)]
    pub(crate) reject: bool,
    /// Your own reason, no names.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
    /// Your key: a private key file, or a .pub whose other half is in the ssh agent.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["print", "signature"])]
    pub(crate) key: Option<PathBuf>,
    /// Print the message to sign elsewhere.
    #[arg(long, conflicts_with = "signature")]
    pub(crate) print: bool,
    /// Who you are, where the key does not say it.
    #[arg(long, value_name = "EMAIL")]
    pub(crate) by: Option<String>,
    /// A signature made elsewhere over the printed message; - is stdin.
    #[arg(long, value_name = "FILE")]
    pub(crate) signature: Option<PathBuf>,
    /// The printed message, if it is not beside the signature.
    #[arg(long, value_name = "FILE", requires = "signature")]
    pub(crate) message: Option<PathBuf>,
}

/// `usher apply`
#[derive(Debug, Args)]
pub(crate) struct Apply {
    /// A plan or a batch: an id, a digest, a prefix of one, or a file.
    pub(crate) plan: String,
    /// Only open the run; workers carry it out.
    #[arg(long)]
    pub(crate) detach: bool,
}

/// `usher run`
#[derive(Debug, Subcommand)]
pub(crate) enum Run {
    /// All runs, the newest first.
    #[command(after_help = "Example:\n  usher run list")]
    List,
    /// One run, step by step.
    #[command(after_help = "Example:\n  usher run show r-1")]
    Show {
        /// The run.
        run: String,
    },
    /// Go on with a run that was interrupted, waits or is paused.
    #[command(after_help = "Example:\n  usher run resume r-1")]
    Resume {
        /// The run.
        run: String,
        /// Who lets a paused run go on; needed only then.
        #[arg(long, value_name = "EMAIL", env = "USHER_BY")]
        by: Option<String>,
    },
    /// Hold a run: the step in flight ends, no further one begins, on whatever machine.
    #[command(after_help = "Example:\n  usher run pause r-1 --by ana@corp.example")]
    Pause {
        /// The run.
        run: String,
        /// Who holds it.
        #[arg(long, value_name = "EMAIL")]
        by: Option<String>,
    },
    /// End a run: what was sent is read back, what has not begun is not done, tasks are withdrawn.
    #[command(after_help = "Example:\n  usher run cancel r-1 --by ana@corp.example --reason 'wrong list'")]
    Cancel {
        /// The run.
        run: String,
        /// Who ends it.
        #[arg(long, value_name = "EMAIL")]
        by: Option<String>,
        /// Why, for those who look at it later.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
}

/// How a process that runs for long says what it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum LogFormat {
    /// A line for people.
    Human,
    /// A JSON object a line.
    Json,
}

/// `usher serve`
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Where it listens, for /healthz, /readyz and /metrics. There is no sign-in: another address than this machine's own is for a proxy that has one.
    #[arg(long, default_value = "127.0.0.1:8470", value_name = "ADDRESS")]
    pub(crate) listen: std::net::SocketAddr,
    #[command(flatten)]
    pub(crate) worker: Worker,
}

/// `usher worker`
#[derive(Debug, Args)]
pub(crate) struct Worker {
    /// Who holds a lane, in messages; made from the machine and the process where it is left out.
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// How many lanes at a time.
    #[arg(long, default_value_t = 8, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    pub(crate) lanes: u16,
    /// End once nothing is due.
    #[arg(long)]
    pub(crate) once: bool,
    /// How long the steps in flight may take to end after SIGTERM or Ctrl-C, in seconds.
    #[arg(long, default_value_t = 60, value_name = "SECONDS")]
    pub(crate) drain: u64,
    /// How it says what it does, on stderr; USHER_LOG filters it (info, debug, usher_connect=debug).
    #[arg(long, default_value = "human", value_name = "FORMAT")]
    pub(crate) log_format: LogFormat,
}

/// `usher task`
#[derive(Debug, Subcommand)]
pub(crate) enum Task {
    /// What waits for people.
    #[command(after_help = "Example:\n  usher task list")]
    List,
    /// One task: what to do, what to copy, what proves it done.
    #[command(after_help = "Example:\n  usher task show 1")]
    Show {
        /// Its number.
        task: u64,
    },
    /// Say that it is done. Without a read that shows it, it counts as attested.
    #[command(after_help = "Example:\n  usher task done 1 --by ana@corp.example")]
    Done {
        /// Its number.
        task: u64,
        /// Who did it.
        #[arg(long, value_name = "EMAIL")]
        by: Option<String>,
        /// Answers to what the task asks, or what happened.
        #[arg(long, value_name = "TEXT")]
        note: Option<String>,
    },
}

/// `usher evidence`
#[derive(Debug, Subcommand)]
pub(crate) enum Evidence {
    /// Write a bundle that an auditor can check offline.
    #[command(after_help = "Example:\n  usher evidence export --out q4 --for 'Q4 audit / 4b1d'")]
    Export {
        /// The directory; it must not exist.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        /// The words that the auditor gave: they prove that this bundle is fresh.
        #[arg(long = "for", value_name = "TEXT")]
        purpose: String,
    },
    /// Check a bundle, offline.
    #[command(after_help = "Example:\n  usher evidence verify q4 --key pinned.vkey --anchor anchor-1 --for 'Q4 audit / 4b1d'")]
    Verify {
        /// The bundle.
        bundle: PathBuf,
        /// The log's public key that you were given at the start.
        #[arg(long, value_name = "FILE")]
        key: Option<PathBuf>,
        /// A checkpoint that you received earlier; may be given several times.
        #[arg(long, value_name = "FILE")]
        anchor: Vec<PathBuf>,
        /// The words that you asked to be put in.
        #[arg(long = "for", value_name = "TEXT")]
        purpose: Option<String>,
    },
    /// Print a signed checkpoint of the log, to keep where the operator can't write.
    #[command(after_help = "Example:\n  usher evidence checkpoint > anchor-2026-11-25")]
    Checkpoint,
}

/// `usher store`
#[derive(Debug, Subcommand)]
pub(crate) enum Store {
    /// Look at everything: bytes, digests, rows that belong to nothing, runs and plans that can't be. Repairs nothing.
    #[command(after_help = "Example:\n  usher store check")]
    Check,
    /// Copy a whole store into a new one of any kind, and compare both. A copy that was interrupted goes on with the same command.
    #[command(
        after_help = "Example:\n  usher store copy sqlite:usher.db postgres://usher@db.corp.example/usher\n  usher store copy postgres://usher@db.corp.example/usher sqlite:usher.db"
    )]
    Copy {
        /// The store to read, as `store:` of usher.yaml has it.
        from: String,
        /// The store to fill; new and empty.
        to: String,
    },
    /// Write the store, as it is at one moment, into a new SQLite file; others go on working meanwhile.
    #[command(after_help = "Example:\n  usher store backup usher-2026-11-27.db")]
    Backup {
        /// The file; it must not exist.
        file: PathBuf,
    },
}
