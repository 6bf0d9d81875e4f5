// Compares two domains, by what the types print of them: units and defaults count.
package main

import (
	_ "embed"
	"fmt"
	"log"
	"strings"

	"libvirt.org/go/libvirtxml"
)

//go:embed web.xml
var text string

func printed(text string) string {
	var domain libvirtxml.Domain
	if err := domain.Unmarshal(text); err != nil {
		log.Fatal(err)
	}
	back, err := domain.Marshal()
	if err != nil {
		log.Fatal(err)
	}
	return back
}

func main() {
	respelt := strings.Replace(strings.Replace(text, "'", "\"", -1), "slot=\"0x5\"", "slot=\"5\"", 1)
	changed := strings.Replace(text, "/a.qcow2", "/b.qcow2", 1)
	fmt.Println(printed(text) == printed(respelt), printed(text) == printed(changed))
}
