// Runs Starlark programs with the Go implementation: one JSON string a line in, what each printed (and the message with
// which it failed) as one JSON string a line out. fuzz.ts builds it.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"strings"

	"go.starlark.net/resolve"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<26)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for lines.Scan() {
		var program string
		if err := json.Unmarshal(lines.Bytes(), &program); err != nil {
			panic(err)
		}
		answer, err := json.Marshal(run(program))
		if err != nil {
			panic(err)
		}
		out.Write(append(answer, '\n'))
	}
}

func run(program string) string {
	var output strings.Builder
	thread := &starlark.Thread{Print: func(_ *starlark.Thread, message string) {
		output.WriteString(message + "\n")
	}}
	options := &syntax.FileOptions{Set: true}
	_, err := starlark.ExecFileOptions(options, thread, "fuzz.star", program, nil)
	if err == nil {
		return strings.TrimRight(output.String(), " \t\n\r")
	}
	return output.String() + "error: " + message(err)
}

// message is the text of an error without its position.
func message(err error) string {
	var list resolve.ErrorList
	var bad syntax.Error
	var evaluated *starlark.EvalError
	switch {
	case errors.As(err, &list):
		return list[0].Msg
	case errors.As(err, &bad):
		return bad.Msg
	case errors.As(err, &evaluated):
		return evaluated.Msg
	}
	return err.Error()
}
