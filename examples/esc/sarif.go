package main

import (
	"slices"
	"strings"
)

// A sarifLog is an audit in the Static Analysis Results Interchange Format 2.1.0, which code hosts show beside the
// documents.
type sarifLog struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool    sarifTool     `json:"tool"`
	Results []sarifResult `json:"results"`
}

type sarifTool struct {
	Driver sarifDriver `json:"driver"`
}

type sarifDriver struct {
	Name           string      `json:"name"`
	InformationURI string      `json:"informationUri"`
	Rules          []sarifRule `json:"rules"`
}

type sarifRule struct {
	ID string `json:"id"`
}

type sarifResult struct {
	RuleID       string            `json:"ruleId"`
	RuleIndex    int               `json:"ruleIndex"`
	Level        string            `json:"level"`
	Message      sarifText         `json:"message"`
	Locations    []sarifLocation   `json:"locations"`
	Fingerprints map[string]string `json:"partialFingerprints"`
}

type sarifText struct {
	Text string `json:"text"`
}

type sarifLocation struct {
	Physical struct {
		Artifact struct {
			URI string `json:"uri"`
		} `json:"artifactLocation"`
		Region sarifRegion `json:"region"`
	} `json:"physicalLocation"`
}

type sarifRegion struct {
	StartLine   int `json:"startLine"`
	StartColumn int `json:"startColumn"`
	EndLine     int `json:"endLine"`
	EndColumn   int `json:"endColumn"`
}

// newSARIF makes a result of each verdict, at the call of the rotator in its document.
func newSARIF(list []audited) sarifLog {
	run := sarifRun{Results: []sarifResult{}}
	run.Tool.Driver = sarifDriver{Name: "esc", InformationURI: "https://github.com/escapement-go/escapement", Rules: []sarifRule{}}
	for _, a := range list {
		for _, key := range a.Keys {
			for _, v := range key.Verdicts {
				rules := &run.Tool.Driver.Rules
				rule := slices.IndexFunc(*rules, func(r sarifRule) bool { return r.ID == v.Code })
				if rule < 0 {
					rule = len(*rules)
					*rules = append(*rules, sarifRule{v.Code})
				}
				run.Results = append(run.Results, sarifResult{
					RuleID: v.Code, RuleIndex: rule, Level: v.Level.String(),
					Message:      sarifText{strings.Join(strings.Fields(key.Role+" key "+key.ID+" of "+a.Subject), " ") + ": " + v.Text},
					Locations:    []sarifLocation{a.location()},
					Fingerprints: map[string]string{"key": a.Environment + " " + a.Path + " " + key.ID + " " + v.Code},
				})
			}
		}
	}
	return sarifLog{Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0", Runs: []sarifRun{run}}
}

func (a audited) location() (l sarifLocation) {
	l.Physical.Artifact.URI = a.Environment + ".yaml"
	begin, end := a.place.Begin, a.place.End
	l.Physical.Region = sarifRegion{begin.Line, begin.Column, end.Line, end.Column}
	return l
}
