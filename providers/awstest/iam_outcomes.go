package awstest

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
)

// WithoutSecret carries a CreateAccessKey out and leaves the secret out of the answer.
func WithoutSecret() Outcome {
	o := Altered(func(out *iam.CreateAccessKeyOutput) { out.AccessKey.SecretAccessKey = nil })
	o.name = "answer without secret"
	return o
}

// ForUser carries a call out and names another user in the answer. The key of a CreateAccessKey really is made for that
// user, if there is one.
func ForUser(name string) Outcome {
	return Outcome{name: "answer for another user", always: true, user: name, alter: func(out any) {
		switch out := out.(type) {
		case *iam.CreateAccessKeyOutput:
			out.AccessKey.UserName = aws.String(name)
		case *iam.ListAccessKeysOutput:
			for i := range out.AccessKeyMetadata {
				out.AccessKeyMetadata[i].UserName = aws.String(name)
			}
		case *iam.GetAccessKeyLastUsedOutput:
			out.UserName = aws.String(name)
		case *iam.GetUserOutput:
			out.User.UserName = aws.String(name)
		case *iam.GetLoginProfileOutput:
			out.LoginProfile.UserName = aws.String(name)
		}
	}}
}

// EndlessPages carries a ListAccessKeys out and says that there is more, at a marker that leads to the beginning.
func EndlessPages() Outcome {
	o := Altered(func(out *iam.ListAccessKeysOutput) { out.IsTruncated, out.Marker = true, aws.String(firstPage) })
	o.name = "endless pages"
	return o
}

// WithoutDates carries a ListAccessKeys out and leaves the dates out of the answer.
func WithoutDates() Outcome {
	o := Altered(func(out *iam.ListAccessKeysOutput) {
		for i := range out.AccessKeyMetadata {
			out.AccessKeyMetadata[i].CreateDate = nil
		}
	})
	o.name = "answer without dates"
	return o
}
