use clerk_auth::{Guard, Requirement, Reverification};

/// The admins of the active organization.
#[derive(Debug)]
pub enum Admin {}

impl Guard for Admin {
    fn requirement() -> Requirement {
        Requirement::new().role("org:admin")
    }
}

/// Whoever may manage the active organization's teams.
#[derive(Debug)]
pub enum TeamManager {}

impl Guard for TeamManager {
    fn requirement() -> Requirement {
        Requirement::new().permission("org:teams:manage")
    }
}

/// Whoever has proven within ten minutes to be the user.
#[derive(Debug)]
pub enum Fresh {}

impl Guard for Fresh {
    fn requirement() -> Requirement {
        Requirement::new().reverification(Reverification::STRICT)
    }
}
