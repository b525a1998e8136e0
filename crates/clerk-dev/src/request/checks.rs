use clerk::auth::{Auth, FactorLevel, Requirement, Reverification};
use serde::Deserialize;

/// One thing to ask of whoever is signed in.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Check {
    role: Option<String>,
    permission: Option<String>,
    feature: Option<String>,
    plan: Option<String>,
    reverification: Option<Fresh>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Fresh {
    Preset(String),
    Custom { level: String, after_minutes: f64 },
}

impl Check {
    /// Whether `auth` satisfies it; a check that means nothing is satisfied by nobody.
    pub(super) fn answer(self, auth: &Auth) -> bool {
        let mut requirement = Requirement::new();
        if let Some(role) = self.role {
            requirement = requirement.role(role);
        }
        if let Some(permission) = self.permission {
            requirement = requirement.permission(permission);
        }
        if let Some(feature) = self.feature {
            requirement = requirement.feature(feature);
        }
        if let Some(plan) = self.plan {
            requirement = requirement.plan(plan);
        }
        if let Some(fresh) = self.reverification {
            let Some(reverification) = fresh.read() else {
                return false;
            };
            requirement = requirement.reverification(reverification);
        }
        auth.has(&requirement)
    }
}

impl Fresh {
    fn read(self) -> Option<Reverification> {
        match self {
            Self::Preset(name) => Reverification::from_name(&name).ok(),
            Self::Custom {
                level,
                after_minutes,
            } => {
                let level = [
                    FactorLevel::FirstFactor,
                    FactorLevel::SecondFactor,
                    FactorLevel::MultiFactor,
                ]
                .into_iter()
                .find(|one| one.as_str() == level)?;
                // Ages are whole minutes, so what lies between two of them asks for the next.
                let minutes = after_minutes.ceil();
                if !(1.0..=f64::from(u32::MAX)).contains(&minutes) {
                    return None;
                }
                #[allow(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "range-checked above"
                )]
                Reverification::new(level, minutes as u32).ok()
            }
        }
    }
}
