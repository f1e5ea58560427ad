//! Files of properties, in which names have dots: rows 47 and 60 of the catalogue.

use imgsec_cred::audit::finding::Kind;

use super::case::Corpus;

const BEFORE: &str = "# build\norg.gradle.jvmargs=-Xmx2g\ndb.password=hal-Tram-99\nspring.datasource.username=shop\n\
    spring.datasource.password=Zelva_1122x\nnpm.registry.password=Most-Vltava-7\nserver.ssl.key-store-password=Ryba-44x\n";

pub(crate) fn cases(corpus: &mut Corpus) {
    registries(corpus);
    image_builders(corpus);
    spelling(corpus);
}

fn registries(corpus: &mut Corpus) {
    let (own, hub) = (corpus.dice.person(), corpus.dice.login("docker-pat"));
    let text = format!(
        "{BEFORE}docker.registry.url={}\ndocker.registry.username={}\ndocker.registry.password={}\n\ndockerhub.username={}\ndockerhub.token={}\n",
        own.host, own.user, own.secret, hub.user, hub.secret
    );
    for path in ["srv/app/build.properties", "home/ada/.gradle/gradle.properties"] {
        corpus.found(path, &[47, 60], &text, [own.is(Kind::UserPass), hub.is(Kind::UserPass)]);
    }
    let text = format!(
        "{BEFORE}docker.username={}\ndocker.password={}\n! and ours\ncontainerRegistry={}\ncontainerRegistryUsername={}\ncontainerRegistryPassword={}\n",
        hub.user, hub.secret, own.host, own.user, own.secret
    );
    let found = [hub.is(Kind::UserPass), own.is(Kind::UserPass)];
    corpus.found("srv/app/gradle.properties", &[47, 60], &text, found);
}

fn image_builders(corpus: &mut Corpus) {
    let own = corpus.dice.person();
    let rows = &[60];
    let text = format!(
        "{BEFORE}jib.to.image={}/acme/api:1.4\njib.to.auth.username={}\njib.to.auth.password={}\n",
        own.host, own.user, own.secret
    );
    corpus.found("srv/app/maven.properties", rows, &text, [own.is(Kind::UserPass)]);
    let text = format!(
        "{BEFORE}quarkus.container-image.build=true\nquarkus.container-image.registry={}\nquarkus.container-image.username={}\nquarkus.container-image.password={}\n",
        own.host, own.user, own.secret
    );
    let path = "srv/app/src/main/resources/application.properties";
    corpus.found(path, rows, &text, [own.is(Kind::UserPass)]);
    let text = format!(
        "{BEFORE}docker.publishRegistry.url=https://{}/\ndocker.publishRegistry.username={}\ndocker.publishRegistry.password={}\n",
        own.host, own.user, own.secret
    );
    corpus.found("srv/app/gradle.properties", rows, &text, [own.is(Kind::UserPass)]);
    let text = format!(
        "{BEFORE}docker.push.registry={}\ndocker.push.username={}\ndocker.push.password={}\n",
        own.host, own.user, own.secret
    );
    corpus.found("srv/app/gradle.properties", rows, &text, [own.is(Kind::UserPass)]);
}

/// Blanks, colons, lines that go on, and escapes.
fn spelling(corpus: &mut Corpus) {
    let own = corpus.dice.person().at("https://cr.kovar.io:5000/v2/", "cr.kovar.io:5000");
    let text = format!(
        "{BEFORE}\n  registry.url : https\\://cr.kovar.io\\:5000/v2/\nregistry.username\t{}\nregistry.password = \\\n    {}\nregistry.password.file=/run/secrets/x\n",
        own.user, own.secret
    );
    corpus.found("srv/app/ci.properties", &[47], &text, [own.is(Kind::UserPass).anywhere()]);
    let text = format!(
        "{BEFORE}#docker.password is in the keychain\ndocker.registry.password.enabled=true\ndocker.token=true\n\
         label.registry.password=Password of the registry:\ndocker.password.min.length=12\nregistry.password=${{env.REGISTRY_PASSWORD}}\njib.to.auth.password=\n"
    );
    corpus.clean("srv/app/src/main/resources/messages.properties", &[47, 60], &text);
}
