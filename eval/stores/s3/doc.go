// Package s3 keeps environments in a bucket of S3, or of another server that speaks its protocol, for those who outgrow one
// machine: any number of workers open, save and rotate the same environments, and no server of their own is needed.
//
//	e := &eval.Evaluator{Loader: &s3.Store{
//		Bucket: "acme-environments", Prefix: "prod/", Region: "eu-west-1", Credentials: credentials,
//	}}
//
// The environment myapp/dev is the object prod/myapp/dev.yaml; a version is part of the name.
//
// Save compares and swaps: it reads the object, and replaces it on the condition that it still has the entity tag that was
// read with the text (If-Match). Create writes on the condition that there is no object (If-None-Match). The server must
// know both; S3 does, and MinIO. A bucket may be versioned or not.
//
// When the answer to a write is lost, the object is read again: if it holds the new text the save has succeeded, if it holds
// the old one the write is repeated on the same condition, and if it holds another nobody can know, and the error matches
// [eval.ErrUncertain]. A condition that failed is a conflict only if no answer was lost before; it may be this very save that
// has changed the object.
//
// The credentials need s3:GetObject and s3:PutObject on the objects, and s3:ListBucket on the bucket, without which S3 does not
// tell an absent environment from a forbidden one.
//
// Requests are made with the SDK of AWS, which is configured by the fields of the [Store] alone: no environment variable, no
// file and no metadata of the machine has a say.
package s3
