// Takes a domain to YAML, changes it there, and takes it back: in the shape of the types.
package main

import (
	_ "embed"
	"fmt"
	"log"
	"strings"

	"gopkg.in/yaml.v3"
	"libvirt.org/go/libvirtxml"
)

//go:embed server.xml
var text string

func main() {
	var domain, back libvirtxml.Domain
	if err := domain.Unmarshal(text); err != nil {
		log.Fatal(err)
	}
	out, err := yaml.Marshal(domain)
	if err != nil {
		log.Fatal(err)
	}
	if err := yaml.Unmarshal([]byte(strings.Replace(string(out), "br0", "br1", -1)), &back); err != nil {
		log.Fatal(err)
	}
	xml, err := back.Marshal()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(xml)
}
