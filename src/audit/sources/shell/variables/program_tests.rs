//! Variables of programs: what stands in quotes is a text, the rest is computed.

use crate::audit::sources::testing::{Login, clean, logins};

fn login(user: &str, secret: &str, line: usize) -> Login {
    Login::of("variable", "docker.io", user, secret, line)
}

#[test]
fn what_a_program_computes_is_no_password() {
    clean(
        "client.go",
        &[
            "cfg := authn.AuthConfig{RegistryToken: token}\n",
            "\tRegistryToken: c.RegistryToken,\n",
            "opts.DockerHubPassword = *d.DockerHubPassword\n",
            "password, dockerHubPassword := ask(), v.GetString(\"dockerhub-password\")\n",
            "t.Setenv(\"CI_REGISTRY_PASSWORD\", tt.password)\n",
            "q = q.Arg(\"registryPassword\", opts[i].RegistryPassword)\n",
            "WithSecretVariable(\"REGISTRY_PASSWORD\", dag.SetSecret(\"a-\"+randomID(), pass))\n",
        ],
    );
    clean(
        "publish.go",
        &[
            "p{registryURL: \"https://npm.acme.example/\", registryPassword: \"s3cret-word\"}\n",
            "d.SetField(\"registryToken\", \"Bearer tokens to be sent to the registry\")\n",
        ],
    );
    clean("Args.java", &["this.registryToken = $.registryToken;\n"]);
    clean("Stack.cs", &["Name = \"DOCKER_REGISTRY_PASSWORD\",\n Value = adminPassword,\n"]);
    clean("main.py", &["def publish(\n    registry_password: dagger.Secret,\n):\n"]);
    clean("index.ts", &["const dockerPassword = config.require(\"dockerPassword\");\n"]);
}

#[test]
fn what_a_program_says_is_one() {
    let java =
        "private String dockerHubUser = \"ada\";\nString dockerHubPassword = \"s3cret-word\";\n";
    assert_eq!(logins("Hub.java", java), [login("ada", "s3cret-word", 2)]);
    let go = "t := test{dockerHubUser: tt.user, dockerHubPassword: \"s3cret-word\"}\n";
    assert_eq!(logins("hub.go", go), [login("", "s3cret-word", 1)]);
    let shell = "run(\"sh\", \"-c\", `export DOCKERHUB_TOKEN=s3cret-word`)\n";
    assert_eq!(logins("run.go", shell), [login("", "s3cret-word", 1)]);
    let python = "os.environ[\"DOCKERHUB_TOKEN\"] = \"s3cret-word\"\n";
    assert_eq!(logins("run.py", python), [login("", "s3cret-word", 1)]);
}

#[test]
fn defaults_beside_a_password_say_whose_it_is() {
    let text = "ACR_REGISTRY=\"${ACR:-acme.azurecr.io}\"\nACR_USERNAME=\"${ACR_USER:-ada}\"\nACR_PASSWORD=\"${ACR_PW:-s3cret-word}\"\n";
    let secret = "${ACR_PW:-s3cret-word}";
    assert_eq!(
        logins("push.sh", text),
        [Login::of("variable", "acme.azurecr.io", "ada", secret, 3)]
    );
}
