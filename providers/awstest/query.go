package awstest

import (
	"bytes"
	"encoding/xml"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// The Query protocol names its parameters and elements as the SDK names its members, so one walk over the SDK's types
// reads all requests and one writes all answers.

// versions of the services, as sent with every request.
var versions = map[string]string{ServiceIAM: "2010-05-08", ServiceSTS: "2011-06-15"}

func namespace(service string) string {
	return "https://" + service + ".amazonaws.com/doc/" + versions[service] + "/"
}

type queryProtocol struct{}

func (queryProtocol) contentType() string { return "text/xml" }

func (queryProtocol) spell(e *apiError) *apiError { return e }

func (queryProtocol) action(r *http.Request, body []byte) string {
	form, _ := parameters(r, body)
	return form.Get("Action")
}

func (queryProtocol) read(service string, r *http.Request, body []byte) (*operation, any, error) {
	form, err := parameters(r, body)
	if err != nil {
		return nil, nil, err
	}
	action, version := form.Get("Action"), form.Get("Version")
	op := operations[action]
	if action == "" {
		return nil, nil, refuse("MissingAction", "The request is missing an action.")
	}
	if op == nil || op.service != service || version != versions[service] {
		return nil, nil, refuse("InvalidAction", "Could not find operation %s for version %s", action, version)
	}
	in, err := decode(form, op.input)
	return op, in, err
}

func parameters(r *http.Request, body []byte) (url.Values, error) {
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, refuse("MalformedQueryString", "The request body is malformed.")
	}
	for name, values := range r.URL.Query() {
		form[name] = append(form[name], values...)
	}
	return form, nil
}

// decode fills an input of the SDK from the parameters of a request.
func decode(form url.Values, input reflect.Type) (any, error) {
	in := reflect.New(input)
	if err := decodeStruct(form, "", in.Elem()); err != nil {
		return nil, err
	}
	return in.Interface(), nil
}

func decodeStruct(form url.Values, prefix string, v reflect.Value) error {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if !f.IsExported() {
			continue
		}
		if err := decodeMember(form, prefix+f.Name, v.Field(i)); err != nil {
			return err
		}
	}
	return nil
}

func decodeMember(form url.Values, name string, v reflect.Value) error {
	if v.Kind() == reflect.Slice {
		return decodeList(form, name, v)
	}
	values, present := form[name]
	if !present {
		return nil
	}
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	var err error
	switch v.Kind() {
	case reflect.String:
		v.SetString(values[0])
	case reflect.Bool:
		var b bool
		b, err = strconv.ParseBool(values[0])
		v.SetBool(b)
	case reflect.Int32:
		var n int64
		n, err = strconv.ParseInt(values[0], 10, 32)
		v.SetInt(n)
	}
	if err != nil {
		return refuse("MalformedQueryString", "The parameter %s is malformed.", name)
	}
	return nil
}

// maxMembers is more than any list of the two services holds.
const maxMembers = 100

// decodeList reads NAME.member.1.MEMBER and so on. The one member that the services spell in lower case is arn.
func decodeList(form url.Values, name string, list reflect.Value) error {
	for n := 1; n <= maxMembers; n++ {
		prefix := name + ".member." + strconv.Itoa(n) + "."
		element := url.Values{}
		for param, values := range form {
			if member, found := strings.CutPrefix(param, prefix); found && member != "" {
				element[strings.ToUpper(member[:1])+member[1:]] = values
			}
		}
		if len(element) == 0 {
			return nil
		}
		v := reflect.New(list.Type().Elem()).Elem()
		if v.Kind() != reflect.Struct {
			return nil
		}
		if err := decodeStruct(element, "", v); err != nil {
			return err
		}
		list.Set(reflect.Append(list, v))
	}
	return refuse("ValidationError", "The list %s is too long.", name)
}

func (queryProtocol) answer(op *operation, out any, requestID string) []byte {
	w := &elements{}
	w.open(op.action+"Response", namespace(op.service))
	if !op.void {
		w.open(op.action+"Result", "")
		w.members(reflect.ValueOf(out).Elem())
		w.close(op.action + "Result")
	}
	w.open("ResponseMetadata", "")
	w.text("RequestId", requestID)
	w.close("ResponseMetadata")
	w.close(op.action + "Response")
	return w.Bytes()
}

func (queryProtocol) refusal(service string, e *apiError, requestID string) []byte {
	fault := "Sender"
	if e.status >= 500 {
		fault = "Receiver"
	}
	w := &elements{}
	w.open("ErrorResponse", namespace(service))
	w.open("Error", "")
	w.text("Type", fault)
	w.text("Code", e.code)
	w.text("Message", e.message)
	w.close("Error")
	w.text("RequestId", requestID)
	w.close("ErrorResponse")
	return w.Bytes()
}

// hasResult tells whether an output has members of its own.
func hasResult(output reflect.Type) bool {
	for i := range output.NumField() {
		if f := output.Field(i); f.IsExported() && f.Name != resultMetadata {
			return true
		}
	}
	return false
}

const resultMetadata = "ResultMetadata"

type elements struct{ bytes.Buffer }

func (w *elements) open(name, namespace string) {
	w.WriteString("<" + name)
	if namespace != "" {
		w.WriteString(` xmlns="` + namespace + `"`)
	}
	w.WriteString(">")
}

func (w *elements) close(name string) { w.WriteString("</" + name + ">") }

func (w *elements) text(name, value string) {
	w.open(name, "")
	_ = xml.EscapeText(&w.Buffer, []byte(value))
	w.close(name)
}

func (w *elements) members(v reflect.Value) {
	for i := range v.NumField() {
		if f := v.Type().Field(i); f.IsExported() && f.Name != resultMetadata {
			w.value(f.Name, v.Field(i))
		}
	}
}

// value writes one member; absent ones are left out.
func (w *elements) value(name string, v reflect.Value) {
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return
		}
		v = v.Elem()
	}
	if at, isTime := v.Interface().(time.Time); isTime {
		w.text(name, at.UTC().Format("2006-01-02T15:04:05Z"))
		return
	}
	switch v.Kind() {
	case reflect.String:
		w.text(name, v.String())
	case reflect.Bool:
		w.text(name, strconv.FormatBool(v.Bool()))
	case reflect.Int32:
		w.text(name, strconv.FormatInt(v.Int(), 10))
	case reflect.Struct:
		w.open(name, "")
		w.members(v)
		w.close(name)
	case reflect.Slice:
		w.open(name, "")
		for i := range v.Len() {
			w.value("member", v.Index(i))
		}
		w.close(name)
	}
}
