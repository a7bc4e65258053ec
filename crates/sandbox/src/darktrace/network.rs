//! What the appliance has seen: devices and model breaches. Invented, in the shape that clients read.

use serde_json::{Value, json};
use usher_domain::time::Time;

use crate::company::Company;
use crate::rng::Rng;

/// An appliance here has seen this many devices at most.
const MOST_DEVICES: usize = 500;
const BREACHES: usize = 60;

const MODELS: &[&str] = &[
    "Device::New Failed External Connections",
    "Anomalous File::Internal::Additional Extension Appended to SMB File",
    "Compromise::Beaconing Activity To External Rare",
    "User::Multiple Uncommon New Credentials on Device",
    "Unusual Activity::Unusual External Data Transfer",
];

#[derive(Debug, Clone)]
pub(super) struct Device {
    pub(super) did: u64,
    pub(super) hostname: String,
    pub(super) ip: String,
    pub(super) priority: i64,
    pub(super) tags: Vec<String>,
    mac: String,
    kind: &'static str,
    first_seen: i64,
    last_seen: i64,
}

impl Device {
    pub(super) fn shown(&self, tags: bool) -> Value {
        let mut out = json!({"id": self.did, "did": self.did, "ip": self.ip, "macaddress": self.mac, "hostname": self.hostname,
            "typename": self.kind.to_lowercase(), "typelabel": self.kind, "firstSeen": self.first_seen, "lastSeen": self.last_seen,
            "priority": self.priority});
        if tags {
            out["tags"] = self.tags.iter().enumerate().map(|(n, tag)| json!({"tid": n + 1, "name": tag})).collect();
        }
        out
    }
}

#[derive(Debug, Clone)]
pub(super) struct Breach {
    pub(super) pbid: u64,
    pub(super) did: u64,
    pub(super) score: f64,
    /// Milliseconds since 1970.
    pub(super) time: i64,
    pub(super) acknowledged: bool,
    pub(super) comments: Vec<String>,
    model: &'static str,
}

impl Breach {
    pub(super) fn shown(&self) -> Value {
        json!({"pbid": self.pbid, "did": self.did, "score": self.score, "time": self.time, "creationTime": self.time + 1500,
            "commentCount": self.comments.len(), "acknowledged": self.acknowledged, "model": {"name": self.model}})
    }
}

#[derive(Debug, Default)]
pub(super) struct Network {
    pub(super) devices: Vec<Device>,
    pub(super) breaches: Vec<Breach>,
}

impl Network {
    pub(super) fn of(company: &Company) -> Network {
        let mut rng = Rng::new(company.seed, "network");
        let now = millis(company.today);
        let laptops =
            company.people.iter().filter(|p| p.active()).take(MOST_DEVICES - 10).map(|p| (format!("lap-{}", p.login()), "Laptop"));
        let servers = (1..=10).map(|n| (format!("srv-{n:02}"), "Server"));
        let devices: Vec<Device> = laptops
            .chain(servers)
            .enumerate()
            .map(|(n, (hostname, kind))| {
                let last_seen = now - 1000 * rng.below(86_400) as i64;
                Device {
                    did: n as u64 + 1,
                    hostname,
                    ip: format!("10.{}.{}.{}", n / 60_000, n / 250 % 240, n % 250 + 2),
                    priority: 0,
                    tags: if rng.per_mille(100) { vec!["Admin Laptop".to_owned()] } else { Vec::new() },
                    mac: format!("02:{}:{}:{}:{}:{}", rng.hex(2), rng.hex(2), rng.hex(2), rng.hex(2), rng.hex(2)),
                    kind,
                    first_seen: last_seen - 1000 * 86_400 * (1 + rng.below(500) as i64),
                    last_seen,
                }
            })
            .collect();
        let mut breaches: Vec<Breach> = (0..BREACHES)
            .map(|_| Breach {
                pbid: 0,
                did: 1 + rng.below(devices.len() as u64),
                score: (rng.below(100) as f64 + 1.0) / 100.0,
                time: now - 1000 * rng.below(30 * 86_400) as i64,
                acknowledged: rng.per_mille(300),
                comments: Vec::new(),
                model: rng.pick(MODELS).copied().unwrap_or(MODELS[0]),
            })
            .collect();
        breaches.sort_by_key(|b| b.time);
        for (breach, pbid) in breaches.iter_mut().zip(101..) {
            breach.pbid = pbid;
        }
        Network { devices, breaches }
    }
}

pub(super) fn millis(at: Time) -> i64 {
    at.micros().div_euclid(1000)
}
