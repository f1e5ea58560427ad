// Pulls an image as tests that use Testcontainers for Node do.
import { getContainerRuntimeClient, ImageName } from "testcontainers";

const client = await getContainerRuntimeClient();
await client.image.pull(ImageName.fromString(process.argv[2]), { force: true });
