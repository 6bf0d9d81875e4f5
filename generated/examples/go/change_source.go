// Changes the image of one disk; the document is printed anew.
package main

import (
	_ "embed"
	"fmt"
	"log"

	"libvirt.org/go/libvirtxml"
)

//go:embed web.xml
var text string

func main() {
	var domain libvirtxml.Domain
	if err := domain.Unmarshal(text); err != nil {
		log.Fatal(err)
	}
	for at := range domain.Devices.Disks {
		disk := &domain.Devices.Disks[at]
		if disk.Target != nil && disk.Target.Dev == "vda" {
			disk.Source = &libvirtxml.DomainDiskSource{File: &libvirtxml.DomainDiskSourceFile{File: "/b.qcow2"}}
		}
	}
	changed, err := domain.Marshal()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(changed)
}
