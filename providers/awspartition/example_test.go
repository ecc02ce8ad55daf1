package awspartition_test

import (
	"fmt"

	"github.com/escapement-go/escapement/providers/awspartition"
)

func ExampleOf() {
	for _, region := range []string{"eu-west-1", "cn-north-1", "eu-west"} {
		partition, known := awspartition.Of(region)
		fmt.Println(region, partition.Name, known)
	}
	// Output:
	// eu-west-1 aws true
	// cn-north-1 aws-cn true
	// eu-west  false
}
