// What builds with Jib and tests with Testcontainers do in Java: put an image together and push it,
// on a base or on none, and pull one.

import com.google.cloud.tools.jib.api.*;
import com.google.cloud.tools.jib.frontend.CredentialRetrieverFactory;
import java.nio.file.Path;
import java.util.List;
import org.testcontainers.images.RemoteDockerImage;
import org.testcontainers.utility.DockerImageName;

class Programs {
    public static void main(String[] words) throws Exception {
        switch (words[0]) {
            case "jib" -> jib(words[1], words[2]);
            case "pull" -> System.out.println(new RemoteDockerImage(DockerImageName.parse(words[1])).get());
            default -> throw new IllegalArgumentException("usage: jib BASE IMAGE | pull IMAGE");
        }
    }

    /** Builds IMAGE on BASE, or on nothing if that is "scratch". */
    static void jib(String base, String image) throws Exception {
        JibContainerBuilder builder = base.equals("scratch") ? Jib.fromScratch() : Jib.from(registry(base));
        Path file = Path.of(System.getProperty("user.home"), "added");
        builder.addLayer(List.of(file), "/").containerize(Containerizer.to(registry(image))
            .setAllowInsecureRegistries(true).setBaseImageLayersCache(file.resolveSibling("jib"))
            .setApplicationLayersCache(file.resolveSibling("jib")));
    }

    static RegistryImage registry(String name) throws InvalidImageReferenceException {
        var retrievers = CredentialRetrieverFactory.forImage(ImageReference.parse(name), event -> {});
        return RegistryImage.named(name).addCredentialRetriever(retrievers.dockerConfig());
    }
}
