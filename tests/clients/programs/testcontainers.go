// Pulls an image as tests that use Testcontainers for Go do. It is copied into a folder of that
// library's module, so that it is built with what the library is.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/testcontainers/testcontainers-go"
)

func main() {
	provider, err := testcontainers.NewDockerProvider()
	if err == nil {
		err = provider.PullImage(context.Background(), os.Args[1])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}
