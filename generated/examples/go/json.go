// A domain as JSON, and back: in the shape of the types, without their choices' attributes.
package main

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"log"

	"libvirt.org/go/libvirtxml"
)

//go:embed web.xml
var text string

func main() {
	var domain, back libvirtxml.Domain
	if err := domain.Unmarshal(text); err != nil {
		log.Fatal(err)
	}
	data, err := json.Marshal(domain)
	if err != nil {
		log.Fatal(err)
	}
	if err := json.Unmarshal(data, &back); err != nil {
		log.Fatal(err)
	}
	one, err := domain.Marshal()
	if err != nil {
		log.Fatal(err)
	}
	other, err := back.Marshal()
	if err != nil {
		log.Fatal(err)
	}
	disk := back.Devices.Disks[0]
	fmt.Println(disk.Target.Dev, disk.Source.File.File, one == other)
}
