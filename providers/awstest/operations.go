package awstest

import "reflect"

// An operation is one action of a service. It works on the SDK's own inputs and outputs, so that a call over HTTP and a
// direct one differ only in how they carry them.
type operation struct {
	service    string
	action     string
	permission string // empty: allowed to everybody, or a matter of what it acts on
	anonymous  bool   // not signed
	prepare    func(*Simulator, *call, any)
	run        func(*Simulator, *call, any) (any, error)
	input      reflect.Type
	output     reflect.Type
	void       bool // the output has no members: the SDK does not look at the body
	userName   int  // index of the member in input; -1 if it has none
	keyID      int
}

type body[I, O any] func(*Simulator, *call, *I) (*O, error)

func operate[I, O any](service, action string, run body[I, O]) *operation {
	in := reflect.TypeFor[I]()
	member := func(name string) int {
		if f, found := in.FieldByName(name); found {
			return f.Index[0]
		}
		return -1
	}
	return &operation{
		service: service, action: action, permission: service + ":" + action, input: in,
		output: reflect.TypeFor[O](), void: !hasResult(reflect.TypeFor[O]()),
		userName: member("UserName"), keyID: member("AccessKeyId"),
		run: func(s *Simulator, c *call, in any) (any, error) {
			out, err := run(s, c, in.(*I))
			if err != nil {
				return nil, err
			}
			return out, nil
		},
	}
}

// operations are all that the simulator knows, by action.
var operations = operationTable()

func operationTable() map[string]*operation {
	table := map[string]*operation{}
	for _, op := range []*operation{
		operate(ServiceIAM, "GetUser", (*Simulator).getUser),
		operate(ServiceIAM, "TagUser", (*Simulator).tagUser),
		operate(ServiceIAM, "CreateAccessKey", (*Simulator).createAccessKey),
		operate(ServiceIAM, "DeleteAccessKey", (*Simulator).deleteAccessKey),
		operate(ServiceIAM, "UpdateAccessKey", (*Simulator).updateAccessKey),
		operate(ServiceIAM, "ListAccessKeys", (*Simulator).listAccessKeys),
		operate(ServiceIAM, "GetAccessKeyLastUsed", (*Simulator).getAccessKeyLastUsed),
		operate(ServiceIAM, "CreateLoginProfile", (*Simulator).createLoginProfile),
		operate(ServiceIAM, "GetLoginProfile", (*Simulator).getLoginProfile),
		operate(ServiceIAM, "UpdateLoginProfile", (*Simulator).updateLoginProfile),
		operate(ServiceIAM, "DeleteLoginProfile", (*Simulator).deleteLoginProfile),
		operate(ServiceIAM, "GetAccountPasswordPolicy", (*Simulator).getAccountPasswordPolicy),
		operate(ServiceIAM, "UpdateAccountPasswordPolicy", (*Simulator).updateAccountPasswordPolicy),
		storing(ServiceSecrets, "CreateSecret", (*Simulator).createSecret),
		storing(ServiceSecrets, "GetSecretValue", (*Simulator).getSecretValue),
		storing(ServiceSecrets, "BatchGetSecretValue", (*Simulator).batchGetSecretValue),
		storing(ServiceSecrets, "PutSecretValue", (*Simulator).putSecretValue),
		storing(ServiceSecrets, "DescribeSecret", (*Simulator).describeSecret),
		storing(ServiceSecrets, "DeleteSecret", (*Simulator).deleteSecret),
		storing(ServiceSecrets, "RestoreSecret", (*Simulator).restoreSecret),
		storing(ServiceSSM, "PutParameter", (*Simulator).putParameter),
		storing(ServiceSSM, "GetParameter", (*Simulator).getParameter),
		storing(ServiceSSM, "GetParameters", (*Simulator).getParameters),
		storing(ServiceSSM, "GetParametersByPath", (*Simulator).getParametersByPath),
		storing(ServiceSSM, "LabelParameterVersion", (*Simulator).labelParameterVersion),
	} {
		table[op.action] = op
	}
	identity := operate(ServiceSTS, "GetCallerIdentity", (*Simulator).getCallerIdentity)
	identity.permission = ""
	assume := operate(ServiceSTS, "AssumeRoleWithWebIdentity", (*Simulator).assumeRoleWithWebIdentity)
	assume.permission, assume.anonymous, assume.prepare = "", true, prepareWebIdentity
	table[identity.action], table[assume.action] = identity, assume
	return table
}

// text returns a member of an input, empty if it is absent.
func text(in any, member int) string {
	if member < 0 {
		return ""
	}
	if p, isText := reflect.ValueOf(in).Elem().Field(member).Interface().(*string); isText && p != nil {
		return *p
	}
	return ""
}
