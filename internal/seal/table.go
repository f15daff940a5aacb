package seal

// secretElements are the elements that carry a secret, by type: dotted paths below
// the root. A consumer key, an access key's id and a certificate's name are no
// secrets.
//
// Source: the Metadata API's types and what its documentation says of their
// secrets; those that the service never hands out are here too, because other
// files than the service's are read.
func secretElements(typeName string) []string {
	switch typeName {
	case "AuthProvider":
		return []string{"consumerSecret"}
	case "ConnectedApp":
		return []string{"oauthConfig.consumerSecret"}
	case "DataConnectorS3":
		return []string{"s3SecretKey"}
	case "ExternalDataSource":
		return []string{"password", "oauthToken", "oauthRefreshToken"}
	case "ExtlClntAppGlobalOauthSettings":
		return []string{"consumerSecret"}
	case "InstalledPackage":
		return []string{"password"}
	case "MktDataConnection":
		return []string{"credentials.value"}
	case "NamedCredential":
		return []string{"password", "oauthToken", "oauthRefreshToken", "awsAccessSecret"}
	case "Network":
		return []string{"networkAuthApiSettings.recaptchaSecretKey"}
	}
	return nil
}

// Carries tells whether components of a type can carry a secret that is sealed.
func Carries(typeName string) bool { return len(secretElements(typeName)) > 0 }
