package eval_test

import (
	"context"
	"fmt"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/eval/evaltest"
	"github.com/escapement-go/escapement/schema"
)

// A change moves no other byte. The saver is one in memory; in a program it is Dir.
func ExampleEvaluator_Save() {
	saver := &evaltest.Host{Files: map[string]string{"myapp/dev": `values:
  host: localhost # as in the tests
  ports: [8080]
  debug: true
`}}
	e := &eval.Evaluator{Loader: saver}
	ctx := context.Background()
	doc, err := e.Document(ctx, "myapp/dev")
	if err != nil {
		fmt.Println(err)
		return
	}
	if doc, err = doc.Set(ctx, "ports[1]", 8443, nil); err != nil {
		fmt.Println(err)
		return
	}
	if doc, err = doc.SetText("url", "https://${host}:${ports[1]}/"); err != nil {
		fmt.Println(err)
		return
	}
	if doc, err = doc.Delete("debug"); err != nil {
		fmt.Println(err)
		return
	}
	if _, err := e.Save(ctx, doc); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(saver.Text("myapp/dev"))
	// Output:
	// values:
	//   host: localhost # as in the tests
	//   ports: [8080, 8443]
	//   url: "https://${host}:${ports[1]}/"
}

// A new environment is checked before it is made. One that is there already stays as it is.
func ExampleEvaluator_Create() {
	e := &eval.Evaluator{Loader: &eval.Memory{}}
	ctx := context.Background()
	doc, err := eval.Parse("myapp/prod", []byte("values:\n  host: www.example.com\n"))
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := e.CheckDocument(ctx, doc); err != nil {
		fmt.Println(err)
		return
	}
	if doc, err = e.Create(ctx, doc); err != nil {
		fmt.Println(err)
		return
	}
	if doc, err = doc.SetText("port", "443"); err != nil {
		fmt.Println(err)
		return
	}
	_, err = e.Create(ctx, doc)
	fmt.Println(err)
	for env, err := range e.CheckAll(ctx, []string{"myapp/prod"}) { // of many
		fmt.Println(env.Name, env.Values, err)
	}
	// Output:
	// error: there is an environment "myapp/prod" already; choose another name [environment-exists]
	// myapp/prod {"host":"www.example.com"} <nil>
}

// The document is wrong after the change, so it is not saved.
func ExampleEvaluator_CheckDocument() {
	e := &eval.Evaluator{}
	doc, err := eval.Parse("myapp/dev", []byte("values:\n  host: localhost\n"))
	if err != nil {
		fmt.Println(err)
		return
	}
	if doc, err = doc.SetText("url", "https://${hots}/"); err != nil {
		fmt.Println(err)
		return
	}
	_, err = e.CheckDocument(context.Background(), doc)
	fmt.Println(err)
	// Output: myapp/dev:3:19: error: property "hots" is not defined; did you mean "host"? [unknown-property]
}

// Data is written so that it evaluates to itself: secrets are encrypted, and "$" is doubled.
func ExampleDocument_Set() {
	key, err := eval.NewKey("k1")
	if err != nil {
		fmt.Println(err)
		return
	}
	e := &eval.Evaluator{Crypter: eval.KeyRing{key}}
	ctx := context.Background()
	doc, err := eval.Parse("myapp/dev", []byte("values: {}\n"))
	if err != nil {
		fmt.Println(err)
		return
	}
	data := map[string]any{"password": schema.NewSecret("correct horse"), "price": "${5}"}
	if doc, err = doc.Set(ctx, "app", data, e.Crypter); err != nil {
		fmt.Println(err)
		return
	}
	env, err := e.OpenText(ctx, doc.Bytes())
	fmt.Println(env.Values, err)
	// Output: {"app":{"password":"[secret]","price":"${5}"}} <nil>
}

// What was encrypted and decrypted again is the text as it was.
func ExampleDocument_Encrypt() {
	crypter := evaltest.Crypter{} // in a program, a KeyRing
	ctx := context.Background()
	doc, err := eval.Parse("myapp/dev", []byte("values:\n  password: {fn::secret: \"correct horse\"} # of the database\n"))
	if err != nil {
		fmt.Println(err)
		return
	}
	encrypted, err := doc.Encrypt(ctx, crypter)
	if err != nil {
		fmt.Println(err)
		return
	}
	decrypted, err := encrypted.Decrypt(ctx, crypter)
	fmt.Printf("%s%s%v\n", encrypted.Bytes(), decrypted.Bytes(), err)
	// Output:
	// values:
	//   password: {fn::secret: {ciphertext: ZXNjeAAAAAFrMTFoxcY5NCorOzwofTo8IiIzEUkAzA==}} # of the database
	// values:
	//   password: {fn::secret: "correct horse"} # of the database
	// <nil>
}
