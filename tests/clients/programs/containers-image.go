// What Podman, Skopeo and Buildah do about logins, through the library that all three call. It is
// copied into a folder of that library's module, so that it is built with what the library is.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"go.podman.io/image/v5/docker/reference"
	"go.podman.io/image/v5/pkg/docker/config"
	"go.podman.io/image/v5/types"
)

const usage = `usage: containers-image get IMAGE | set KEY USER | remove KEY | remove-all | all
  get         prints the user whose login is used for the image: "<token>" where it is an identity token, an
              empty line where there is none; with SHOW_SECRETS set, also the secret, on a second line
  set         keeps the password from standard input, and prints where; as "podman login" does it
  remove      as "podman logout"
  all         prints a JSON object of keys and users, as what is sent to a service
REGISTRY_AUTH_FILE names the only file of logins, as it does for all three.`

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(arguments []string) error {
	verb, arguments := arguments[:min(1, len(arguments))], arguments[min(1, len(arguments)):]
	system := &types.SystemContext{AuthFilePath: os.Getenv("REGISTRY_AUTH_FILE")}
	switch fmt.Sprint(verb, len(arguments)) {
	case "[get] 1":
		return get(system, arguments[0])
	case "[set] 2":
		return set(system, arguments[0], arguments[1])
	case "[remove] 1":
		return config.RemoveAuthentication(system, arguments[0])
	case "[remove-all] 0":
		return config.RemoveAllAuthentication(system)
	case "[all] 0":
		return all(system)
	}
	return errors.New(usage)
}

func get(system *types.SystemContext, image string) error {
	name, err := reference.ParseNormalizedNamed(image)
	if err != nil {
		return err
	}
	login, err := config.GetCredentialsForRef(system, name)
	if err != nil {
		return err
	}
	fmt.Println(user(login))
	if os.Getenv("SHOW_SECRETS") != "" {
		fmt.Println(login.Password + login.IdentityToken)
	}
	return nil
}

func user(login types.DockerAuthConfig) string {
	if login.IdentityToken != "" {
		return "<token>"
	}
	return login.Username
}

func set(system *types.SystemContext, key, user string) error {
	password, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	place, err := config.SetCredentials(system, key, user, string(password))
	if err == nil {
		fmt.Println(place)
	}
	return err
}

func all(system *types.SystemContext) error {
	logins, err := config.GetAllCredentials(system)
	if err != nil {
		return err
	}
	users := map[string]string{}
	for key, login := range logins {
		users[key] = user(login)
	}
	return json.NewEncoder(os.Stdout).Encode(users)
}
