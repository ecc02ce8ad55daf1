// Package awsclient is what providers and rotators that call AWS share: reading the login that they are given, making clients
// with it, and telling how a call went wrong.
//
//	login, err := awsclient.ParseLogin(req, awsclient.MachineClock().Now(), time.Minute)
//	if err != nil {
//		return nil, err
//	}
//	client := ssm.NewFromConfig(p.Options.Config(login, "eu-west-1"))
//	out, err := client.GetParameter(ctx, in)
//	if err != nil {
//		return nil, awsclient.Classify("ssm:GetParameter", err, nil)
//	}
//
// Nothing here reads the environment, the files or the metadata of the machine: whose credentials are used and where
// requests go is said by the program and its documents alone.
package awsclient
