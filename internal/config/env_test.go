package config_test

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/orgkeep/orgkeep/internal/config"
)

func TestAliases(t *testing.T) {
	t.Parallel()
	for alias, ok := range map[string]bool{
		"prod": true, "prod-eu": true, "uat_2": true, "7up": true,
		"": false, "Prod": false, "-x": false, "_x": false, "a/b": false, "..": false, "a.b": false, "a b": false, "ä": false,
		"a23456789012345678901234567890123456789012345678901234567890123456789": false,
	} {
		if err := config.CheckAlias(alias); (err == nil) != ok || (err != nil && !errors.Is(err, config.ErrAlias)) {
			t.Errorf("%q: %v", alias, err)
		}
	}
}

func TestVariablesOfAnOrg(t *testing.T) {
	t.Parallel()
	env := config.NewEnv([]string{
		"ORGKEEP_ORG_PROD_EU_INSTANCE_URL=https://x", "ORGKEEP_ORG_PROD_EU_ACCESS_TOKEN=t=1", "ORGKEEP_ORG_UAT_CLIENT_ID=c",
		"ORGKEEP_ORG_PROD_EU_SFDX_AUTH_URL=force://y", "ORGKEEP_ORG_DEV_SFDX_AUTH_URL=force://x", "ORGKEEP_ORG__INSTANCE_URL=bad", "=C:=C:", "X",
	})
	if got := env.Org("prod-eu", "ACCESS_TOKEN"); got != "t=1" {
		t.Errorf("got %q", got)
	}
	if !env.HasOrg("prod-eu") || env.HasOrg("uat") {
		t.Error("an org is there when its INSTANCE_URL is")
	}
	if !env.HasOrg("dev") || env.NamedBy("dev") != "ORGKEEP_ORG_DEV_SFDX_AUTH_URL" {
		t.Error("an org is there when its force:// URL is")
	}
	if diff := cmp.Diff([]string{"dev", "prod_eu"}, env.Orgs()); diff != "" {
		t.Errorf("orgs (-want +got):\n%s", diff)
	}
}

func TestTheUsersOwnFolder(t *testing.T) {
	t.Parallel()
	home, xdg := t.TempDir(), t.TempDir()
	for name, tc := range map[string]struct {
		env  []string
		want string
	}{
		"ORGKEEP_CONFIG_DIR wins":                {[]string{"ORGKEEP_CONFIG_DIR=/own", "XDG_CONFIG_HOME=" + xdg, "HOME=" + home}, "/own"},
		"then XDG_CONFIG_HOME":                   {[]string{"XDG_CONFIG_HOME=" + xdg, "HOME=" + home}, filepath.Join(xdg, "orgkeep")},
		"a relative XDG_CONFIG_HOME is no place": {[]string{"XDG_CONFIG_HOME=x", "HOME=" + home}, filepath.Join(home, ".config", "orgkeep")},
		"then HOME":                              {[]string{"HOME=" + home}, filepath.Join(home, ".config", "orgkeep")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := config.NewEnv(tc.env).UserDir()
			if err != nil || got != tc.want {
				t.Errorf("got %q, %v, want %q", got, err, tc.want)
			}
		})
	}
	if _, err := config.NewEnv(nil).UserDir(); !errors.Is(err, config.ErrNoHome) {
		t.Errorf("without HOME: %v", err)
	}
}
