package main

import "os"

func Example() {
	if err := os.Chdir("../../.."); err != nil {
		panic(err)
	}
	main()
	// Output: {"accessKeyId":"AKIAIOSFODNN7EXAMPLE","secretAccessKey":"[secret]"}
}
