use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use clerk_http::{
    Attempts, Authorization, BasePath, Deadline, Error as HttpError, FirstDelay, Operation,
    ResponseLimit,
};
use clerk_jwt::{InvalidKey, JwkSet, KeyId, Provider, VerifyingKey};
use http::{Request, Response};

/// More than fit into an answer of Clerk's, and few enough to be gone through.
const MOST: usize = 4096;

/// An instance's keys by their ids.
///
/// Keys that no signature can be verified with are kept with the reason, so that a token that
/// names one is told why.
#[derive(Clone, Debug, Default)]
pub struct KeySet(Vec<(KeyId, Result<VerifyingKey, InvalidKey>)>);

impl KeySet {
    /// The key of that id, or why it cannot be used; `None` where there is no such key.
    pub fn find(&self, id: &KeyId) -> Option<&Result<VerifyingKey, InvalidKey>> {
        // Instances have a few: a map would take longer, and more room in a Worker.
        let (_, key) = self.0.iter().find(|(its_id, _)| its_id == id)?;
        Some(key)
    }

    fn insert(&mut self, id: KeyId, key: Result<VerifyingKey, InvalidKey>) {
        let has_room = self.0.len() < MOST;
        match self.0.iter_mut().find(|(its_id, _)| *its_id == id) {
            Some((_, earlier)) => *earlier = key,
            None if has_room => self.0.push((id, key)),
            None => {}
        }
    }

    /// Whether keys of the same ids are in both.
    pub(crate) fn has_same_ids(&self, other: &Self) -> bool {
        let are_others = |(id, _): &(KeyId, _)| other.find(id).is_some();
        self.0.len() == other.0.len() && self.0.iter().all(are_others)
    }

    /// Whether there is no key at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<(KeyId, Result<VerifyingKey, InvalidKey>)> for KeySet {
    fn from_iter<I>(keys: I) -> Self
    where
        I: IntoIterator<Item = (KeyId, Result<VerifyingKey, InvalidKey>)>,
    {
        let mut set = Self::default();
        for (id, key) in keys {
            set.insert(id, key);
        }
        set
    }
}

impl From<JwkSet> for KeySet {
    /// Where two keys have one id, the later one counts, unless only the earlier one is usable:
    /// an instance may publish keys of two types under its own id.
    fn from(set: JwkSet) -> Self {
        let mut keys = Self::default();
        for published in set.into_keys() {
            let Some(id) = published.id else { continue };
            if published.key.is_ok() || !matches!(keys.find(&id), Some(Ok(_))) {
                keys.insert(id, published.key);
            }
        }
        keys
    }
}

/// Where an instance publishes its keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeySource {
    /// The Backend API's `/v1/jwks`, with the secret key.
    BackendApi,
    /// The Frontend API's `/.well-known/jwks.json`, which is public.
    FrontendApi,
}

/// `GET` of a key set.
#[derive(Clone, Debug)]
pub(crate) struct FetchKeys<const PUBLIC: bool> {
    pub(crate) provider: Arc<dyn Provider>,
    /// Whether it is sent once, whatever the client's retries are.
    pub(crate) once: bool,
}

pub(crate) type FromBackendApi = FetchKeys<false>;
pub(crate) type FromFrontendApi = FetchKeys<true>;

/// Callers wait for this one, so it bounds attempts and waits together.
const AT_MOST: Duration = Duration::from_secs(5);
/// Programs that were started together, in an outage, fetch together. Three attempts, with up to a second and a half and
/// up to three seconds between, fit into the five.
const FIRST_DELAY: Duration = Duration::from_secs(1);
/// A set of a hundred RSA keys takes 40 KiB.
const LIMIT: usize = 1024 * 1024;

impl<const PUBLIC: bool> Operation for FetchKeys<PUBLIC> {
    type Output = KeySet;

    const ID: &'static str = "GetJWKS";
    const IDEMPOTENT: bool = true;
    const BASE: BasePath = if PUBLIC {
        BasePath::Root
    } else {
        BasePath::Versioned
    };
    const AUTHORIZATION: Authorization = if PUBLIC {
        Authorization::Public
    } else {
        Authorization::SecretKey
    };

    fn request(&self) -> Result<Request<Bytes>, HttpError> {
        Ok(get(
            if PUBLIC {
                "/.well-known/jwks.json"
            } else {
                "/jwks"
            },
            self.once,
        ))
    }

    fn response(&self, response: Response<Bytes>) -> Result<KeySet, HttpError> {
        read(Self::ID, response, &*self.provider)
    }
}

fn get(path: &'static str, once: bool) -> Request<Bytes> {
    let mut request = Request::new(Bytes::new());
    *request.uri_mut() = http::Uri::from_static(path);
    let extensions = request.extensions_mut();
    extensions.insert(Deadline(AT_MOST));
    extensions.insert(FirstDelay(FIRST_DELAY));
    extensions.insert(ResponseLimit(LIMIT));
    if once {
        extensions.insert(Attempts(1));
    }
    request
}

fn read(
    id: &'static str,
    response: Response<Bytes>,
    provider: &dyn Provider,
) -> Result<KeySet, HttpError> {
    let response = clerk_http::success(id, response)?;
    let json = std::str::from_utf8(response.body())
        .map_err(|error| HttpError::decode(id, &response, error))?;
    let set = JwkSet::from_json(json, provider)
        .map_err(|error| HttpError::decode(id, &response, error))?;
    Ok(set.into())
}
