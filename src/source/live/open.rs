//! Finds the region, the credentials and the endpoint, before anything is asked of a table.

use aws_config::profile::{self, ProfileFileCredentialsProvider};
use aws_config::provider_config::ProviderConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::{ProvideCredentials, SharedCredentialsProvider, SharedHttpClient};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};

use super::failure::{causes, no_credentials};
use crate::error::Error;
use crate::text::closest;

/// Whose table, and where. What is not said here is found as the AWS CLI finds it: in the environment, in the shared
/// files, from the machine.
#[derive(Clone, Debug, Default)]
pub struct ConnectOptions {
    /// The profile. Its credentials are taken even where the environment has some.
    pub profile: Option<String>,
    /// The region.
    pub region: Option<String>,
    /// The endpoint, instead of the region's own.
    pub endpoint_url: Option<String>,
}

/// The client that requests go through.
pub(super) fn http_client() -> SharedHttpClient {
    Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https()
}

/// The configuration of the SDK, with a region, and with credentials that can be had.
pub(super) async fn configure(options: &ConnectOptions) -> Result<SdkConfig, Error> {
    check_profile(options).await?;
    let http_client = http_client();
    let mut loader = aws_config::defaults(BehaviorVersion::latest()).http_client(http_client.clone());
    if let Some(profile) = &options.profile {
        loader = loader.profile_name(profile);
    }
    if let Some(region) = &options.region {
        loader = loader.region(Region::new(region.clone()));
    }
    if let Some(endpoint) = &options.endpoint_url {
        loader = loader.endpoint_url(endpoint);
    }
    let config = loader.load().await;
    if let Some(endpoint) = config.endpoint_url() {
        check_endpoint(endpoint)?;
    }
    let Some(region) = config.region().cloned().filter(|region| !region.as_ref().is_empty()) else {
        return Err(Error::usage(
            "the AWS region is not known",
            "name it with `--region`, set AWS_REGION, or give the profile a `region`",
        ));
    };
    let config = match &options.profile {
        None => config,
        Some(profile) => {
            let provider = ProviderConfig::without_region().with_region(Some(region)).with_http_client(http_client);
            let profile = ProfileFileCredentialsProvider::builder().profile_name(profile).configure(&provider).build();
            config.into_builder().credentials_provider(SharedCredentialsProvider::new(profile)).build()
        }
    };
    check_credentials(&config).await?;
    Ok(config)
}

/// A profile that was named must be there.
async fn check_profile(options: &ConnectOptions) -> Result<(), Error> {
    let named = options.profile.clone().map(Into::into);
    let profiles = profile::load(&Default::default(), &Default::default(), &Default::default(), named).await.map_err(
        |reason| {
            Error::usage(
                format!("the shared AWS files cannot be read: {reason}"),
                "look at ~/.aws/config and ~/.aws/credentials, or at the files that AWS_CONFIG_FILE and \
                 AWS_SHARED_CREDENTIALS_FILE name",
            )
        },
    )?;
    let name = profiles.selected_profile();
    // Nobody has to have a default profile.
    if profiles.get_profile(name).is_some() || (options.profile.is_none() && name == "default") {
        return Ok(());
    }
    let mut known: Vec<&str> = profiles.profiles().collect();
    known.sort_unstable();
    let help = match (closest(name, known.iter().copied()), known.as_slice()) {
        (Some(near), _) => format!("did you mean `{near}`?"),
        (None, []) => "there are no profiles: `aws configure sso` or `aws configure` makes one".to_owned(),
        (None, all) => {
            format!("there are {}", all.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "))
        }
    };
    Err(Error::usage(format!("there is no AWS profile `{name}`"), help))
}

/// An endpoint is a scheme and a host; the SDK would only say that the request cannot be made.
fn check_endpoint(url: &str) -> Result<(), Error> {
    let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
    let host = rest.map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
    let is_sound = host.is_some_and(|host| {
        // An IPv6 address has colons of its own, and stands in brackets.
        let (name, port) = match host.rsplit_once(':') {
            Some((name, port)) if !port.ends_with(']') => (name, Some(port)),
            _ => (host, None),
        };
        !name.is_empty()
            && !name.contains(|letter: char| letter.is_whitespace() || letter == '@')
            && port.is_none_or(|port| port.parse::<u16>().is_ok())
    });
    if is_sound {
        return Ok(());
    }
    // What stands before an `@` may be a password.
    let shown = if url.contains('@') { "the endpoint".to_owned() } else { format!("`{}`", crate::text::excerpt(url)) };
    Err(Error::usage(
        format!("{shown} is no URL of an endpoint"),
        "write it as `http://localhost:8000` or `https://dynamodb.eu-west-1.amazonaws.com`",
    ))
}

/// Credentials are asked for at once: better now than after a minute of other work.
async fn check_credentials(config: &SdkConfig) -> Result<(), Error> {
    let Some(provider) = config.credentials_provider() else { return Err(no_credentials("")) };
    let credentials = provider.provide_credentials().await.map_err(|reason| no_credentials(&causes(&reason)))?;
    match credentials.expiry() {
        Some(expiry) if expiry <= std::time::SystemTime::now() => {
            Err(Error::usage("the AWS credentials have expired", "renew them, for example with `aws sso login`"))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_are_urls_of_a_host() {
        for url in [
            "http://localhost:8000",
            "https://dynamodb.eu-west-1.amazonaws.com",
            "http://127.0.0.1:8000/",
            "http://[::1]:8000",
            "http://[::1]",
        ] {
            assert!(check_endpoint(url).is_ok(), "{url}");
        }
        for url in ["localhost:8000", "", "http://", "http://:8000", "ftp://x", "http://a b", "http://x:port", "//x"] {
            let error = check_endpoint(url).unwrap_err().to_string();
            assert_eq!(error, format!("`{url}` is no URL of an endpoint"));
        }
        let error = check_endpoint("http://user:secret@host").unwrap_err().to_string();
        assert!(!error.contains("secret"), "{error}");
    }
}
